"""ELT Data Warehouse: raw CRM and ERP exports in; warehouse, customer segments and an executive exposé out.

    snakemake --cores 4 --config seed=42

Everything lands in artifacts/runs/<run_id>/; docs/architecture/artifact_contract.md says what is where.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "rules/draft.smk"
include: "rules/retention.smk"


if not (IS_DRAFT or RETENTION):

    include: "rules/common.smk"

    pathvars:
        run=RUN,
        meta=f"{RUN}/_meta",
        logs=f"{RUN}/_meta/logs",
        benchmarks=f"{RUN}/_meta/benchmarks",
        bronze=f"{RUN}/bronze",
        silver=f"{RUN}/silver",
        gold=f"{RUN}/gold",
        eda=f"{RUN}/step1_eda",
        features=f"{RUN}/step2_feature_engineering",
        segmentation=f"{RUN}/step3_segmentation",
        reports=f"{RUN}/reports",
        release=f"{RUN}/release",

    report: "docs/report/workflow.rst"

    wildcard_constraints:
        table="|".join(CONTRACTS),
        mart="|".join(MARTS),
        file="|".join(map(re.escape, RAW_FILES)),

    onstart:
        begin_run()

    onsuccess:
        print_result()

    onerror:
        print_failure()

    include: "rules/bronze.smk"
    include: "rules/silver.smk"
    include: "rules/gold.smk"
    include: "rules/eda.smk"
    include: "rules/features.smk"
    include: "rules/segmentation.smk"
    include: "rules/expose.smk"
    include: "rules/audit.smk"
    include: "rules/warehouse.smk"
    include: "rules/release.smk"

    rule all:
        """The Golden Path: every file of the run folder, up to the exposé and the evidence of the run."""
        default_target: True
        input:
            expand(rules.bronze_file.output, file=RAW_FILES),
            expand(rules.silver_table.output, table=CONTRACTS),
            expand(rules.gold_mart.output, mart=MARTS),
            rules.gold_pseudonyms.output,
            rules.bronze_report.output,
            rules.silver_report.output,
            rules.silver_feedback.output,
            rules.gold_report.output,
            rules.gold_datapackage.output,
            rules.eda_summary.output,
            rules.eda_figures.output,
            rules.eda_report.output,
            rules.features_customers.output,
            rules.segmentation_kmeans.output,
            rules.segmentation_figures.output,
            rules.segmentation_report.output,
            rules.expose_numbers.output,
            rules.expose_figures.output,
            rules.expose_report.output,
            rules.audit_ledger.output,
            rules.audit_data_policy.output,
            rules.audit_privacy_records.output,
            rules.audit_uniqueness.output,
            rules.audit_leaks.output,
            rules.audit_manifest.output,

    rule warehouse:
        """On request: gold as a DuckDB database and as Parquet files; no part of the run."""
        input:
            rules.warehouse_duckdb.output,
            expand(rules.warehouse_parquet.output, mart=MARTS),

    rule publish_postgres:
        """On request: gold in PostgreSQL (POSTGRES_URL in .env), a schema a run and views of the newest."""
        input:
            rules.warehouse_postgres.output,


rule expire:
    """On request: delete row-level files of runs that are older than `retention_days`; evidence stays."""
    input:
        rules.retention_expire.output,


rule erase:
    """On request: erase the persons that `--config erase_from=<file>` names from all runs and from later ones."""
    input:
        rules.retention_erase.output,


rule verify:
    """On request: hash a run again and compare it with its manifest."""
    input:
        rules.retention_verify.output,
