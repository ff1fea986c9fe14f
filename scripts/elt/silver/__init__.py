"""From records to a clean table: cleaning, conventions, deduplication, quarantine, books, budgets."""
