"""Gold. Needs: silver tables, the SQL and the entries of the marts. Gives: star schema, aggregates, pseudonyms."""


rule gold_mart:
    """Build one mart from its SQL; columns, key and foreign keys are proved."""
    input:
        tables=lambda wildcards: list(sources_of(wildcards.mart).values()),
        sql=lambda wildcards: COMPANY_KNOWLEDGE["sql_files"][wildcards.mart],
    output:
        table="<gold>/data/{mart}.csv",
        metadata="<gold>/_meta/marts/{mart}.json",
    log:
        "<logs>/gold_mart/{mart}.log",
    benchmark:
        "<benchmarks>/gold_mart/{mart}.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("gold_mart.py"),
        tables=lambda wildcards: list(sources_of(wildcards.mart)),
        specs=lambda wildcards: specs_of(wildcards.mart),
        mart=lambda wildcards: MARTS[wildcards.mart],
        calendar=lambda wildcards: calendar_of(wildcards.mart),
        absent=lambda wildcards: absent_of(wildcards.mart),
        formulas=lambda wildcards: formulas_of(wildcards.mart),
    script:
        "../scripts/gold_mart.py"


rule gold_pseudonyms:
    """Give every customer a keyed pseudonym; the only step that reads the key."""
    input:
        dim_customer=mart("dim_customer"),
    output:
        "<gold>/data/customer_pseudonyms.csv",
    log:
        "<logs>/gold_pseudonyms.log",
    benchmark:
        "<benchmarks>/gold_pseudonyms.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("gold_pseudonyms.py"),
        columns=columns_of("dim_customer"),
        key_file=str(KEY_FILE),
        key_id=key_id,
    script:
        "../scripts/gold_pseudonyms.py"


rule gold_report:
    """The marts: grain, rows, keys, references, flags and money."""
    input:
        metadata=expand("<gold>/_meta/marts/{mart}.json", mart=MARTS),
    output:
        metadata="<gold>/_meta/gold_metadata.yaml",
        report="<gold>/reports/gold_marts_report.md",
        dictionary="<gold>/reports/data_dictionary.md",
    log:
        "<logs>/gold_report.log",
    benchmark:
        "<benchmarks>/gold_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("gold_report.py"),
        marts=MARTS,
        left_out=COMPANY_KNOWLEDGE["left_out"],
        kpis=KPIS,
        minimum_group=config["minimum_group"],
    script:
        "../scripts/gold_report.py"


rule gold_datapackage:
    """Describe the tables of gold as a Frictionless Data Package: types, keys, references, personal classes."""
    input:
        marts=expand("<gold>/data/{mart}.csv", mart=MARTS),
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
    output:
        "<gold>/datapackage.json",
    log:
        "<logs>/gold_datapackage.log",
    benchmark:
        "<benchmarks>/gold_datapackage.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("gold_datapackage.py"),
        marts=MARTS,
    script:
        "../scripts/gold_datapackage.py"
