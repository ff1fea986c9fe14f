"""What an auditor and a data protection officer get: lineage, data map, assessment, uniqueness, leak search."""
