"""What keeps persons from being known: keyed pseudonyms, disclosure control."""
