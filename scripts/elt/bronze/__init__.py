"""From a raw export to records: encodings, dialects, headers, quoting, structural validation, scanning."""
