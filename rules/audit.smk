"""Audit. Needs: the metadata of all layers, the leak search. Gives: the ledger, and the manifest that closes a run."""


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


rule audit_manifest:
    """Close the run: settings, versions and the hash of every file."""
    input:
        leaks="<meta>/leak_report.json",
        policy="<meta>/data_policy.json",
        uniqueness="<meta>/uniqueness_report.json",
        ledger="<meta>/ledger.json",
        bronze="<bronze>/reports/bronze_report.md",
        silver="<silver>/reports/silver_quality_report.md",
        gold="<gold>/reports/gold_marts_report.md",
        datapackage="<gold>/datapackage.json",
        eda="<eda>/reports/eda_report.md",
        features="<features>/reports/feature_dictionary.md",
        segmentation="<segmentation>/reports/segmentation_report.md",
        published=lambda wildcards: published,
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


golden_path += [*rules.audit_ledger.output, *rules.audit_manifest.output]
