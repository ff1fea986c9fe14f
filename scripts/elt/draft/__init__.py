"""Draft contracts from exports: dialects, types, keys, hints at personal data, the YAML text."""
