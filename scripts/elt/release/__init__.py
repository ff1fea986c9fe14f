"""Tables for release: k-anonymity, bands."""
