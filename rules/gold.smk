"""Gold. Needs: silver tables, the SQL and the entries of the marts. Gives: star schema, aggregates, pseudonyms."""


rule gold_calendar:
    """Find the analysis date, the days without business, and which months the orders cover."""
    input:
        facts="<gold>/parquet/fact_sales.parquet",
    output:
        analysis="<gold>/_meta/analysis.json",
        months="<gold>/_meta/complete_months.csv",
    log:
        "<logs>/gold_calendar.log",
    benchmark:
        "<benchmarks>/gold_calendar.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("gold_calendar.py"),
        facts=lambda wildcards: company.mart("fact_sales").typed_columns,
        calendar=[company.calendar],  # in a list: Snakemake compares what lists hold, and no other object
        analysis_date=config["analysis_date"],
    script:
        "../scripts/gold_calendar.py"


rule gold_mart:
    """Build one mart from its SQL; columns, key and foreign keys are proved."""
    input:
        tables=lambda wildcards: [
            f"{home}/{table.replace('.', '/parquet/')}.parquet" for table in company.sources(wildcards.mart)
        ],
        months=lambda wildcards: (
            rules.gold_calendar.output.months if company.queries[wildcards.mart].reads_months else []
        ),
        references=lambda wildcards: [
            f"{home}/silver/_meta/references/{table}.json" for table in company.checked_before(wildcards.mart)
        ],
    output:
        table="<gold>/data/{mart}.csv",
        twin="<gold>/parquet/{mart}.parquet",
        metadata="<gold>/_meta/marts/{mart}.json",
    log:
        "<logs>/gold_mart/{mart}.log",
    benchmark:
        "<benchmarks>/gold_mart/{mart}.tsv"
    priority: lambda wildcards: longest_chain if wildcards.mart in read_by_features else expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("gold_mart.py"),
        sql=lambda wildcards: company.queries[wildcards.mart].code,
        tables=lambda wildcards: {table: company.typed_columns(table) for table in company.sources(wildcards.mart)},
        mart=lambda wildcards: [company.mart(wildcards.mart).without_words],
        accounts=lambda wildcards: collective_accounts if wildcards.mart == "fact_sales" else None,
        calendar=lambda wildcards: [company.calendar_of(wildcards.mart)],
        absent=lambda wildcards: company.absent_columns(wildcards.mart),
        formulas=lambda wildcards: company.formulas_of(wildcards.mart),
        budgets=[mart_budgets],  # looks the same whatever the budgets are, as they change no mart
        is_exceeded=lambda wildcards: mart_budgets.is_exceeded(
            company.mart(wildcards.mart), f"{home}/gold/_meta/marts/{wildcards.mart}.json"
        ),
        dates=lambda wildcards: mart_lineage.referring_dates(company, wildcards.mart),
        sorted_by=lambda wildcards: company.sorted_by(wildcards.mart),
    script:
        "../scripts/gold_mart.py"


rule gold_pseudonyms:
    """Give every customer a keyed pseudonym; the only step that needs the key to go on."""
    input:
        dim_customer="<gold>/parquet/dim_customer.parquet",
    output:
        "<gold>/data/customer_pseudonyms.csv",
    log:
        "<logs>/gold_pseudonyms.log",
    benchmark:
        "<benchmarks>/gold_pseudonyms.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("gold_pseudonyms.py"),
        columns=lambda wildcards: company.mart("dim_customer").typed_columns,
        key_file=str(invocation.KEY_FILE),
        key_id=key_id,
    script:
        "../scripts/gold_pseudonyms.py"


rule gold_report:
    """The marts: grain, rows, keys, references, flags and money."""
    input:
        metadata=expand("<gold>/_meta/marts/{mart}.json", mart=company.marts),
        words=f"scripts/templates/gold.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        metadata="<gold>/_meta/gold_metadata.yaml",
        report="<gold>/reports/gold_marts_report.md",
        page="<gold>/reports/gold_marts_report.html",
        dictionary="<gold>/reports/data_dictionary.md",
        dictionary_page="<gold>/reports/data_dictionary.html",
        ledger="<gold>/reports/number_ledger.json",
    log:
        "<logs>/gold_report.log",
    benchmark:
        "<benchmarks>/gold_report.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("gold_report.py"),
        marts=company.marts,
        left_out=company.left_out,
        kpis=company.kpis,
        minimum_group=config["minimum_group"],
    script:
        "../scripts/gold_report.py"


rule gold_datapackage:
    """Describe the tables of gold as a Frictionless Data Package: types, keys, references, personal classes."""
    input:
        marts=expand("<gold>/data/{mart}.csv", mart=company.marts),
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
    output:
        "<gold>/datapackage.json",
    log:
        "<logs>/gold_datapackage.log",
    benchmark:
        "<benchmarks>/gold_datapackage.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("gold_datapackage.py"),
        marts=company.marts,
    script:
        "../scripts/gold_datapackage.py"


golden_path += [
    *expand(rules.gold_mart.output, mart=company.marts),
    *rules.gold_calendar.output,
    *rules.gold_pseudonyms.output,
    *rules.gold_report.output,
    *rules.gold_datapackage.output,
]
handed_on += rules.gold_report.output
