"""Audit. Needs: the metadata of all layers. Gives: the evidence of the run: ledger, data policy, manifest."""

PRIVACY_DOCUMENTS = {
    "record_of_processing": "Record of processing",
    "data_map": "Data map",
    "impact_assessment": "Impact assessment",
}


rule audit_ledger:
    """Prove that every record and every cent is accounted for, from bronze to the marts."""
    input:
        silver="<silver>/_meta/silver_metadata.yaml",
        gold="<gold>/_meta/gold_metadata.yaml",
    output:
        "<meta>/ledger.json",
    log:
        "<logs>/audit_ledger.log",
    benchmark:
        "<benchmarks>/audit_ledger.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_ledger.py"),
    script:
        "../scripts/audit_ledger.py"


rule audit_data_policy:
    """Compute and check what personal data there are, where, and what was done with them."""
    input:
        published=[
            "<features>/data/customer_features.csv",
            "<segmentation>/data/customer_segments.csv",
        ],
        sql=[COMPANY_KNOWLEDGE["sql_files"][name] for name in MARTS],
        summary="<eda>/data/eda_summary.json",
        model="<segmentation>/_meta/model_metadata.json",
        numbers="<reports>/number_ledger.json",
        reports=[
            "<eda>/reports/eda_report.md",
            "<features>/reports/feature_dictionary.md",
            "<segmentation>/reports/segmentation_report.md",
            "<reports>/final_expose.md",
        ],
        ledger="<meta>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
    output:
        policy="<meta>/data_policy.json",
        map="<meta>/privacy/data_map.json",
    log:
        "<logs>/audit_data_policy.log",
    benchmark:
        "<benchmarks>/audit_data_policy.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_data_policy.py"),
        contracts={
            table: {key: contract[key] for key in ("fields", "repairs") if key in contract}
            for table, contract in CONTRACTS.items()
        },
        marts={name: {"columns": entry["columns"]} for name, entry in MARTS.items()},
        formulas=COMPANY_KNOWLEDGE["formulas"],
        star=COMPANY_KNOWLEDGE["star"],
        minimum_group=config["minimum_group"],
        retention_days=config["retention_days"],
        key_id=key_id,
    script:
        "../scripts/audit_data_policy.py"


rule audit_privacy_records:
    """For the data protection officer: record of processing, data map, criteria of an impact assessment; en and de."""
    input:
        policy="<meta>/data_policy.json",
        map="<meta>/privacy/data_map.json",
        summary="<eda>/data/eda_summary.json",
        model="<segmentation>/_meta/model_metadata.json",
        words=["scripts/templates/privacy.en.yaml", "scripts/templates/privacy.de.yaml"],
        template="scripts/templates/report.html.j2",
        style="scripts/templates/style.css.j2",
    output:
        [f"<meta>/privacy/{name}.{language}.md" for name in PRIVACY_DOCUMENTS for language in ("en", "de")],
        [
            report(
                f"<meta>/privacy/{name}.{language}.html",
                caption=f"../docs/report/privacy_{name}.rst",
                category="5 Data protection",
                labels={"what": f"{title} ({language})"},
            )
            for name, title in PRIVACY_DOCUMENTS.items()
            for language in ("en", "de")
        ],
    log:
        "<logs>/audit_privacy_records.log",
    benchmark:
        "<benchmarks>/audit_privacy_records.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_privacy_records.py"),
        contracts={table: {key: contract[key] for key in ("name", "fields")} for table, contract in CONTRACTS.items()},
        told=COMPANY_KNOWLEDGE["privacy"],
        run={"run": RUN_ID, "company": Path(COMPANY).name},
        source=f"{COMPANY}/privacy.yaml",
    script:
        "../scripts/audit_privacy_records.py"


rule audit_uniqueness:
    """How unique customers are, before and after what is done for publication."""
    input:
        customers=mart("dim_customer"),
        features="<features>/data/customer_features.csv",
        facts=mart("fact_sales"),
    output:
        report="<meta>/uniqueness_report.json",
        page="<meta>/uniqueness_report.md",
    log:
        "<logs>/audit_uniqueness.log",
    benchmark:
        "<benchmarks>/audit_uniqueness.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_uniqueness.py"),
        mart=MARTS["dim_customer"],
        facts=columns_of("fact_sales"),
        analysis_date=config["analysis_date"],
        minimum_group=config["minimum_group"],
    script:
        "../scripts/audit_uniqueness.py"


rule audit_leaks:
    """Search all that was published for every personal value of the run; one find stops it."""
    input:
        policy="<meta>/data_policy.json",
        ledger="<meta>/ledger.json",
        published=[
            *rules.eda_summary.output,
            *rules.eda_figures.output,
            *rules.eda_report.output,
            *rules.features_customers.output,
            *rules.segmentation_kmeans.output,
            *rules.segmentation_figures.output,
            *rules.segmentation_report.output,
            *rules.expose_numbers.output,
            *rules.expose_figures.output,
            *rules.expose_report.output,
            *rules.audit_uniqueness.output,
            rules.audit_data_policy.output.map,
            *rules.audit_privacy_records.output,
        ],
        mailed=[*rules.bronze_report.output, *rules.silver_report.output, *rules.gold_report.output],
        silver=expand(rules.silver_table.output, table=CONTRACTS),
        gold=expand(rules.gold_mart.output, mart=MARTS),
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
        own_words=sorted(
            str(path)
            for folder in OWN_WORDS
            for path in Path(folder).rglob("*")
            if path.suffix in (".yaml", ".sql", ".j2", ".css")
        ),
    output:
        "<meta>/leak_report.json",
    log:
        "<logs>/audit_leaks.log",
    benchmark:
        "<benchmarks>/audit_leaks.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_leaks.py"),
        tables={
            **{f"silver.{name}": leak_spec(entry["fields"], entry["primaryKey"]) for name, entry in CONTRACTS.items()},
            **{f"gold.{name}": leak_spec(with_names(entry["columns"]), entry["key"]) for name, entry in MARTS.items()},
        },
        known_days=[] if config["analysis_date"] == "newest" else [str(config["analysis_date"])],
    script:
        "../scripts/audit_leaks.py"


rule audit_manifest:
    """Close the run: settings, versions and the hash of every file."""
    input:
        leaks="<meta>/leak_report.json",
        policy="<meta>/data_policy.json",
        privacy=rules.audit_privacy_records.output,
        uniqueness="<meta>/uniqueness_report.json",
        ledger="<meta>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
        datapackage="<gold>/datapackage.json",
        eda="<eda>/reports/eda_report.md",
        features="<features>/reports/feature_dictionary.md",
        segmentation="<segmentation>/reports/segmentation_report.md",
        segmentation_figures=rules.segmentation_figures.output,
        expose=rules.expose_report.output,
    output:
        "<meta>/run_manifest.json",
    log:
        "<logs>/audit_manifest.log",
    benchmark:
        "<benchmarks>/audit_manifest.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_manifest.py"),
        settings={key: config[key] for key in sorted(config) if key != "run_id"},
    script:
        "../scripts/audit_manifest.py"
