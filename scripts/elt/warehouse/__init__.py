"""Gold for other engines: definitions of tables and key figures, PostgreSQL."""
