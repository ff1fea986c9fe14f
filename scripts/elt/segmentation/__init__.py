"""k-means segments: clustering, names by rule, the words of the report."""
