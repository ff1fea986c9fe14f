"""The star schema drawn from the roles that fields of contracts have: which field gives which column, and its SQL."""
