"""Bronze. Needs: the raw exports and their contracts. Gives: byte copies, and what each file is.

Of a workbook each sheet that is a table is written as text, which later steps read as they read any export.
Raw files are no inputs of Snakemake, which would look at their times: they enter by the hash of what is in them.
"""


rule bronze_file:
    """Copy one raw file byte for byte, without records of erased persons; hash, records, dialect and why."""
    input:
        intact,
    output:
        data="<bronze>/data/{file}",
        metadata="<bronze>/_meta/files/{file}.json",
    log:
        "<logs>/bronze_file/{file}.log",
    benchmark:
        "<benchmarks>/bronze_file/{file}.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("bronze_file.py"),
        contract=lambda wildcards: [contract_parts.of_file(company.contract(raw_files.by_name[wildcards.file].table))],
        raw=config["raw"],
        sha256=lambda wildcards: call.raw_hash(wildcards.file),
        where=lambda wildcards: raw_files.by_name[wildcards.file].place,
        erased=lambda wildcards: call.erased_in(wildcards.file),
        ties=lambda wildcards: call.ties(wildcards.file),
        tied=lambda wildcards: {file: call.raw_hash(file) for file in call.ties(wildcards.file)},
        key_file=str(invocation.KEY_FILE),
    script:
        "../scripts/bronze_file.py"


rule bronze_workbook:
    """Copy one workbook byte for byte, unless it may hold records of erased persons."""
    input:
        intact,
    output:
        "<bronze>/workbooks/{workbook}",
    log:
        "<logs>/bronze_workbook/{workbook}.log",
    benchmark:
        "<benchmarks>/bronze_workbook/{workbook}.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("bronze_workbook.py"),
        contract=lambda wildcards: [
            contract_parts.of_file(company.contract(raw_files.workbooks[wildcards.workbook].table))
        ],
        file=lambda wildcards: raw_files.workbooks[wildcards.workbook].name,
        raw=config["raw"],
        sha256=lambda wildcards: call.raw_hash(raw_files.workbooks[wildcards.workbook].name),
        where=lambda wildcards: raw_files.workbooks[wildcards.workbook].file,
    script:
        "../scripts/bronze_workbook.py"


rule bronze_names:
    """Which raw file a number is, for files whose own names may name a person and so are said nowhere else."""
    input:
        [],
    output:
        "<bronze>/_meta/raw_file_names.json",
    log:
        "<logs>/bronze_names.log",
    benchmark:
        "<benchmarks>/bronze_names.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("bronze_names.py"),
        contracts=[contract_parts.of_file(company.contract(table)) for table in raw_files.numbered_tables],
        raw=config["raw"],
        files=raw_files.marks(config["raw"]),
        key_file=str(invocation.KEY_FILE),
        key_id=key_id,
    script:
        "../scripts/bronze_names.py"


rule bronze_report:
    """State of all raw files: hash, size, records, dialect and why."""
    input:
        metadata=expand("<bronze>/_meta/files/{file}.json", file=raw_files.names),
        words=f"scripts/templates/bronze.{config['language']}.yaml",
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        metadata="<bronze>/_meta/bronze_metadata.yaml",
        report="<bronze>/reports/bronze_report.md",
        page="<bronze>/reports/bronze_report.html",
        ledger="<bronze>/reports/number_ledger.json",
    log:
        "<logs>/bronze_report.log",
    benchmark:
        "<benchmarks>/bronze_report.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("bronze_report.py"),
    script:
        "../scripts/bronze_report.py"


golden_path += [
    *expand(rules.bronze_file.output, file=raw_files.names),
    *expand(rules.bronze_workbook.output, workbook=call.kept_workbooks),
    *rules.bronze_report.output,
]
handed_on += rules.bronze_report.output
if raw_files.numbered:
    golden_path += rules.bronze_names.output
