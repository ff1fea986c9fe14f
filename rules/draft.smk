"""Drafts. Needs: raw exports, or contracts with roles. Gives: a draft contract for every export, or the star schema."""


localrules:
    draft_contracts,
    draft_star,


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


# The company's files are no declared outputs here either.
rule draft_star:
    """Write the star schema that is drawn from roles as files, to be read and changed: `--config company=config/<name>`."""
    input:
        [],
    output:
        summary="<meta>/star.json",
    log:
        "<logs>/draft_star.log",
    benchmark:
        "<benchmarks>/draft_star.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("draft_star.py"),
        company=config["company"],
        entries=lambda wildcards: writing.written(company).entries,
        sql=lambda wildcards: writing.written(company).sql,
        asked_at=call.now.isoformat(),  # whenever it is asked for, it looks again
    script:
        "../scripts/draft_star.py"
