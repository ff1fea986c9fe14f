"""Gold. Needs: silver tables, the SQL and the entries of the marts. Gives: star schema, aggregates, pseudonyms."""


rule gold_mart:
    """Build one mart from its SQL; columns, key and foreign keys are proved."""
    input:
        tables=lambda wildcards: list(sources_of(wildcards.mart).values()),
        sql=f"{COMPANY}/marts/{{mart}}.sql",
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
    log:
        "<logs>/gold_report.log",
    benchmark:
        "<benchmarks>/gold_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("gold_report.py"),
        marts=MARTS,
        minimum_group=config["minimum_group"],
    script:
        "../scripts/gold_report.py"
