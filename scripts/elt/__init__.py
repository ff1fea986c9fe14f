"""Modules that two or more scripts share."""
