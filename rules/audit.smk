"""Audit. Needs: the metadata of all layers. Gives: the evidence of the run: ledger, data policy, manifest."""


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
        ledger="<meta>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
    output:
        "<meta>/data_policy.json",
    log:
        "<logs>/audit_data_policy.log",
    benchmark:
        "<benchmarks>/audit_data_policy.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("audit_data_policy.py"),
        contracts={table: {"fields": contract["fields"]} for table, contract in CONTRACTS.items()},
        marts={name: {"columns": entry["columns"]} for name, entry in MARTS.items()},
        minimum_group=config["minimum_group"],
        key_id=key_id,
    script:
        "../scripts/audit_data_policy.py"


rule audit_manifest:
    """Close the run: settings, versions and the hash of every file."""
    input:
        policy="<meta>/data_policy.json",
        ledger="<meta>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
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
