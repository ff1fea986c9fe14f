"""What a run was made from and by, in the forms in which other programs read it: RO-Crate and OpenLineage."""
