"""Privacy. Needs: contracts, marts and all that is published. Gives: data policy, privacy records, uniqueness, the search
for leaks, and after it everything under the names of the contract."""

PRIVACY_DOCUMENTS = {
    "record_of_processing": "Record of processing",
    "data_map": "Data map",
    "threshold_check": "Threshold check",
    "impact_assessment": "Impact assessment",
    "uniqueness_report": "Uniqueness",
}


rule privacy_policy:
    """Compute and check what personal data there are, where, and what was done with them."""
    input:
        published=[
            "<features>/data/customer_features.csv",
            "<segmentation>/data/customer_segments.csv",
        ],
        summary="<eda>/data/eda_summary.json",
        model="<segmentation>/_meta/model_metadata.json",
        numbers="<reports>/number_ledger.json",
        uniqueness="<evidence>/uniqueness_report.json",
        dictionary="<features>/_meta/dictionary_people.json",
        ledger="<evidence>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
    output:
        policy="<evidence>/data_policy.json",
        map="<evidence>/privacy/data_map.json",
        groups="<evidence>/privacy/published_groups.json",
    log:
        "<logs>/privacy_policy.log",
    benchmark:
        "<benchmarks>/privacy_policy.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("privacy_policy.py"),
        sql={name: company.queries[name].code for name in company.marts},
        contracts=company.contracts,
        marts=company.marts,
        formulas=company.formulas,
        star=company.star,
        excepted=[*company.class_exceptions],
        reports=[  # by their names, as no word of them is read: the exposé is written meanwhile
            run_folders.contracted(path).removeprefix(f"{home}/")
            for path in (
                rules.eda_report.output.report,
                rules.features_report.output.dictionary,
                rules.segmentation_report.output.report,
                rules.expose_report.output.markdown,
            )
        ],
        minimum_group=config["minimum_group"],
        retention_days=config["retention_days"],
        key_id=key_id,
        acknowledged=company.controller_statements.acknowledged_finds,
    script:
        "../scripts/privacy_policy.py"


rule privacy_records:
    """For the data protection officer: record of processing, data map, threshold check, impact assessment, uniqueness."""
    input:
        policy="<evidence>/data_policy.json",
        map="<evidence>/privacy/data_map.json",
        summary="<eda>/data/eda_summary.json",
        model="<segmentation>/_meta/model_metadata.json",
        uniqueness="<evidence>/uniqueness_report.json",
        words=["scripts/templates/privacy.en.yaml", "scripts/templates/privacy.de.yaml"],
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        [f"<evidence>/privacy/{name}.{language}.md" for name in PRIVACY_DOCUMENTS for language in ("en", "de")],
        [
            report(
                f"<evidence>/privacy/{name}.{language}.html",
                caption=f"../docs/report/privacy_{name}.rst",
                category="5 Data protection",
                labels={"what": f"{title} ({language})"},
            )
            for name, title in PRIVACY_DOCUMENTS.items()
            for language in ("en", "de")
        ],
    log:
        "<logs>/privacy_records.log",
    benchmark:
        "<benchmarks>/privacy_records.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("privacy_records.py"),
        contracts=company.contracts,
        # in a dict, since Snakemake compares what dicts hold, and no other object
        told=lambda wildcards: {"controller": company.controller_statements, "surroundings": call.surroundings},
    script:
        "../scripts/privacy_records.py"


rule privacy_uniqueness:
    """How unique customers are, before and after what is done for publication."""
    input:
        customers="<gold>/parquet/dim_customer.parquet",
        exact="<gold>/data/customer_features_exact.csv",
        features="<features>/data/customer_features.csv",
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
        facts="<gold>/parquet/fact_sales.parquet",
    output:
        report="<evidence>/uniqueness_report.json",
    log:
        "<logs>/privacy_uniqueness.log",
    benchmark:
        "<benchmarks>/privacy_uniqueness.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("privacy_uniqueness.py"),
        mart=lambda wildcards: [company.mart("dim_customer").without_words],
        facts=lambda wildcards: company.mart("fact_sales").typed_columns,
        analysis_date=config["analysis_date"],
        minimum_group=config["minimum_group"],
        published=config["published_features"],
    script:
        "../scripts/privacy_uniqueness.py"


rule privacy_leaks:
    """Search all that is about to be published for every personal value of the run; one find stops it."""
    input:
        closed=lambda wildcards: to_publish,
        handed_on=lambda wildcards: handed_on,
        release=lambda wildcards: rules.release_bands.output,
        silver=lambda wildcards: expand(rules.silver_table.output, table=company.contracts),
        gold=lambda wildcards: expand(rules.gold_mart.output, mart=company.marts),
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
        own_words=sorted(
            str(path)
            for folder in (company.folder, "config/standard", "scripts/templates")
            for path in Path(folder).rglob("*")
            if path.suffix in (".yaml", ".sql", ".j2", ".css")
        ),
    output:
        report="<evidence>/leak_report.json",
        searched="<evidence>/searched.json",
    log:
        "<logs>/privacy_leaks.log",
    benchmark:
        "<benchmarks>/privacy_leaks.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        tables={name: table.classed for name, table in company.tables()},
        known_days=[] if config["analysis_date"] == "newest" else [str(config["analysis_date"])],
        acknowledged=company.controller_statements.acknowledged_finds,
        statements_file=lambda wildcards: f"{company.folder}/privacy.yaml",  # named in messages, whether it is there or not
        key_file=str(invocation.KEY_FILE),
        code=code_version("privacy_leaks.py"),
    script:
        "../scripts/privacy_leaks.py"


to_publish += [*rules.privacy_uniqueness.output, *rules.privacy_policy.output, *rules.privacy_records.output]
golden_path += [
    *rules.privacy_uniqueness.output,
    *rules.privacy_policy.output,
    *rules.privacy_records.output,
    *rules.privacy_leaks.output,
]


rule privacy_publish:
    """Publish what was searched, and nothing else, under the names of the contract; all of it or nothing."""
    input:
        searched="<evidence>/searched.json",
        closed=[*to_publish, rules.privacy_leaks.output.report],
    output:
        [published(path) for path in [*to_publish, rules.privacy_leaks.output.report]],
    log:
        "<logs>/privacy_publish.log",
    benchmark:
        "<benchmarks>/privacy_publish.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("privacy_publish.py"),
        published_mode=config["published_mode"],
    script:
        "../scripts/privacy_publish.py"


golden_path += rules.privacy_publish.output
