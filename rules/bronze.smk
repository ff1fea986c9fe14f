"""Bronze. Needs: the raw exports and their contracts. Gives: byte copies, and what each file is."""


rule bronze_file:
    """Copy one raw file byte for byte, without records of erased persons; hash, records, dialect and why."""
    input:
        raw=lambda wildcards: RAW_FILES[wildcards.file][0],
        contract=lambda wildcards: contract(RAW_FILES[wildcards.file][1]),
        ties=lambda wildcards: [path for tie in ties_of(wildcards.file).items() for path in tie],
    output:
        data="<bronze>/data/{file}",
        metadata="<bronze>/_meta/files/{file}.json",
    log:
        "<logs>/bronze_file/{file}.log",
    benchmark:
        "<benchmarks>/bronze_file/{file}.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("bronze_file.py"),
        sha256=lambda wildcards: sha256(RAW_FILES[wildcards.file][0]),
        where=lambda wildcards: Path(RAW_FILES[wildcards.file][0]).relative_to(RAW).as_posix(),
        erased=lambda wildcards: ERASED if identifies(RAW_FILES[wildcards.file][1]) else erasures.NOTHING,
        ties=lambda wildcards: ties_of(wildcards.file),
        key_file=str(KEY_FILE),
    script:
        "../scripts/bronze_file.py"


rule bronze_report:
    """State of all raw files: hash, size, records, dialect and why."""
    input:
        metadata=expand("<bronze>/_meta/files/{file}.json", file=RAW_FILES),
    output:
        metadata="<bronze>/_meta/bronze_metadata.yaml",
        report="<bronze>/reports/bronze_report.md",
    log:
        "<logs>/bronze_report.log",
    benchmark:
        "<benchmarks>/bronze_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("bronze_report.py"),
    script:
        "../scripts/bronze_report.py"
