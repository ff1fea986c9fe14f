"""Silver. Needs: bronze files and contracts. Gives: clean tables, quarantine, change log, and their books."""


rule silver_table:
    """Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted."""
    input:
        bronze=lambda wildcards: bronze_of(wildcards.table, "data"),
        metadata=lambda wildcards: bronze_of(wildcards.table, "_meta/files", ".json"),
        contract=lambda wildcards: contract(wildcards.table),
    output:
        table="<silver>/data/{table}.csv",
        quarantine="<silver>/quarantine/{table}.csv",
        changes="<silver>/changes/{table}.csv",
        metadata="<silver>/_meta/tables/{table}.json",
    log:
        "<logs>/silver_table/{table}.log",
    benchmark:
        "<benchmarks>/silver_table/{table}.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("silver_table.py"),
        budget=config["quarantine_budget"],
    script:
        "../scripts/silver_table.py"


rule silver_report:
    """Data quality of all tables: what was found, what was repaired, and how much money it moved."""
    input:
        metadata=expand("<silver>/_meta/tables/{table}.json", table=CONTRACTS),
    output:
        metadata="<silver>/_meta/silver_metadata.yaml",
        report="<silver>/reports/silver_quality_report.md",
    log:
        "<logs>/silver_report.log",
    benchmark:
        "<benchmarks>/silver_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("silver_report.py"),
        budget=config["quarantine_budget"],
    script:
        "../scripts/silver_report.py"
