"""Findings: what the order lines say of this year against last, as typed statements ranked by money."""
