"""What protects persons in every layer: keyed pseudonyms, disclosure control."""
