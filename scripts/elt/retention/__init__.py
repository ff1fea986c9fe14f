"""Deletion: expiry, erasure of persons, their log, and the commands behind it."""
