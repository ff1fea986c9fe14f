"""What a data protection officer gets: data map, assessment, uniqueness, leak search."""
