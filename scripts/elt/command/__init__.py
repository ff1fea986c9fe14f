"""What a call of Snakemake asks for, what it works on, and what is said when it ends."""
