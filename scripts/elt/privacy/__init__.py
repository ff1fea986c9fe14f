"""What a data protection officer gets: lineage, data map, assessment, uniqueness, leak search."""
