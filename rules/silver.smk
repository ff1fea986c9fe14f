"""Silver. Needs: bronze files and contracts. Gives: clean tables, quarantine, change log, their books, references, feedback."""


rule silver_table:
    """Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted."""
    input:
        bronze=lambda wildcards: [f"{home}/bronze/data/{file}" for file in raw_files.of(wildcards.table)],
        metadata=lambda wildcards: [f"{home}/bronze/_meta/files/{file}.json" for file in raw_files.of(wildcards.table)],
    output:
        table="<silver>/data/{table}.csv",
        twin="<silver>/parquet/{table}.parquet",
        quarantine="<silver>/quarantine/{table}.csv",
        changes="<silver>/changes/{table}.csv",
        metadata="<silver>/_meta/tables/{table}.json",
    log:
        "<logs>/silver_table/{table}.log",
    benchmark:
        "<benchmarks>/silver_table/{table}.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("silver_table.py"),
        contract=lambda wildcards: [contract_parts.of_cleaning(company.contract(wildcards.table))],
        order_dates=lambda wildcards: mart_lineage.order_dates(company, wildcards.table),
        stops=[stops],  # looks the same whatever the budgets are, as they change no table
        is_exceeded=lambda wildcards: stops.is_exceeded(f"{home}/silver/_meta/tables/{wildcards.table}.json"),
    script:
        "../scripts/silver_table.py"


rule silver_references:
    """Check the references and unique keys of a raw table: what breaks them is counted, and stops above a budget."""
    input:
        table="<silver>/parquet/{table}.parquet",
        referred=lambda wildcards: [
            f"{home}/silver/parquet/{table}.parquet" for table in company.referred(wildcards.table)
        ],
    output:
        "<silver>/_meta/references/{table}.json",
    log:
        "<logs>/silver_references/{table}.log",
    benchmark:
        "<benchmarks>/silver_references/{table}.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("silver_references.py"),
        contracts=lambda wildcards: [
            contract_parts.of_references(company.contract(table))
            for table in (wildcards.table, *company.referred(wildcards.table))
        ],
        budget=config["reference_budget"],
    script:
        "../scripts/silver_references.py"


rule silver_report:
    """Data quality of all tables: what was found, what was repaired, and how much money it moved."""
    input:
        metadata=expand("<silver>/_meta/tables/{table}.json", table=company.contracts),
        references=expand("<silver>/_meta/references/{table}.json", table=company.referring),
        template=page_template,
        style="scripts/templates/style.css.j2",
        words=f"scripts/templates/silver_report.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        silver_words=silver_words,
    output:
        metadata="<silver>/_meta/silver_metadata.yaml",
        report="<silver>/reports/silver_quality_report.md",
        page="<silver>/reports/silver_quality_report.html",
        ledger="<silver>/reports/number_ledger.json",
    log:
        "<logs>/silver_report.log",
    benchmark:
        "<benchmarks>/silver_report.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("silver_report.py"),
        told=company.told,
        reasons=company.quarantine_reasons,
        budget=config["quarantine_budget"],
    script:
        "../scripts/silver_report.py"


rule silver_feedback:
    """The lists to hand back to the owners of the data: what to mend at the source."""
    input:
        quarantine=expand("<silver>/quarantine/{table}.csv", table=company.contracts),
        changes=expand("<silver>/changes/{table}.csv", table=company.contracts),
        names=rules.bronze_names.output if raw_files.numbered else [],
    output:
        expand("<silver>/feedback/{source}.csv", source=raw_files.sources),
    log:
        "<logs>/silver_feedback.log",
    benchmark:
        "<benchmarks>/silver_feedback.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("silver_feedback.py"),
        contracts=[contract_parts.of_feedback(contract) for contract in company.contracts.values()],
        files=raw_files.tables,
    script:
        "../scripts/silver_feedback.py"


golden_path += [
    *expand(rules.silver_table.output, table=company.contracts),
    *expand(rules.silver_references.output, table=company.referring),
    *rules.silver_report.output,
    *rules.silver_feedback.output,
]
handed_on += rules.silver_report.output
