"""Drafts. Needs: raw exports, nothing else. Gives: a draft contract for every export that has none."""


localrules:
    draft_contracts,


# The contracts are no declared outputs: Snakemake removes what a rule is about to make, and a person's contract stays.
rule draft_contracts:
    """Draft a contract for every raw export that has none: `--config raw=<folder> company=config/<new>`."""
    input:
        [],
    output:
        summary="<meta>/draft.json",
    log:
        "<logs>/draft_contracts.log",
    benchmark:
        "<benchmarks>/draft_contracts.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("draft_contracts.py"),
        raw=config["raw"],
        company=config["company"],
        staging=f"{home}/bronze/.staging",
        asked_at=call.now.isoformat(),  # whenever it is asked for, it looks again
    script:
        "../scripts/draft_contracts.py"
