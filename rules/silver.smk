"""Silver. Needs: bronze files and contracts. Gives: clean tables, quarantine, change log, their books, feedback."""


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
        template="scripts/templates/report.html.j2",
        style="scripts/templates/style.css.j2",
    output:
        metadata="<silver>/_meta/silver_metadata.yaml",
        report="<silver>/reports/silver_quality_report.md",
        page="<silver>/reports/silver_quality_report.html",
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


rule silver_feedback:
    """The lists to hand back to the owners of the data: what to mend at the source."""
    input:
        quarantine=expand("<silver>/quarantine/{table}.csv", table=CONTRACTS),
        changes=expand("<silver>/changes/{table}.csv", table=CONTRACTS),
        contracts=[contract(table) for table in CONTRACTS],
    output:
        expand("<silver>/feedback/{source}.csv", source=SOURCES),
    log:
        "<logs>/silver_feedback.log",
    benchmark:
        "<benchmarks>/silver_feedback.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("silver_feedback.py"),
        files=PLACES,
    script:
        "../scripts/silver_feedback.py"
