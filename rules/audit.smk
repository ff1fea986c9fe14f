"""Audit. Needs: the metadata of all layers, every file of the run. Gives: the ledger, and the manifest that closes a run."""


rule audit_ledger:
    """Prove that every record and every cent is accounted for, from bronze to the marts."""
    input:
        silver=expand("<silver>/_meta/tables/{table}.json", table=company.contracts),
        references=expand("<silver>/_meta/references/{table}.json", table=company.referring),
        gold=expand("<gold>/_meta/marts/{mart}.json", mart=company.marts),
        words=silver_words,
    output:
        "<evidence>/ledger.json",
    log:
        "<logs>/audit_ledger.log",
    benchmark:
        "<benchmarks>/audit_ledger.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("audit_ledger.py"),
        ledgers={name: mart.ledger for name, mart in company.marts.items()},
        minimum_group=config["minimum_group"],
    script:
        "../scripts/audit_ledger.py"


rule audit_manifest:
    """Close the run: settings, versions and the hash of every file that its rules make."""
    input:
        files_of_run,
    output:
        "<meta>/run_manifest.json",
    log:
        "<logs>/audit_manifest.log",
    benchmark:
        "<benchmarks>/audit_manifest.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("audit_manifest.py"),
        settings=settings.of_run(config),
    script:
        "../scripts/audit_manifest.py"


rule audit_provenance:
    """The run for other programs: its files and steps as an RO-Crate, its steps and columns as OpenLineage events."""
    input:
        intact,
        manifest="<meta>/run_manifest.json",
        policy="<meta>/data_policy.json",
        map="<meta>/privacy/data_map.json",
        bronze=expand("<bronze>/_meta/files/{file}.json", file=raw_files.names),
    output:
        crate="<home>/ro-crate-metadata.json",
        events="<meta>/openlineage.ndjson",
    log:
        "<logs>/audit_provenance.log",
    benchmark:
        "<benchmarks>/audit_provenance.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("audit_provenance.py"),
        tables=lambda wildcards: {"contracts": company.contracts, "marts": company.marts},
        company=company.name,
        controller=[company.controller_statements],
        published_mode=config["published_mode"],
    script:
        "../scripts/audit_provenance.py"


rule provenance:
    """On request: a complete run as RO-Crate and as events of OpenLineage."""
    input:
        rules.audit_provenance.output,


golden_path += [*rules.audit_ledger.output, *rules.audit_manifest.output]
to_publish += rules.audit_ledger.output
