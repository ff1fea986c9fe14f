"""Release, on request. Needs: features and segments. Gives: a table of customers in bands, and what is left to find."""


rule release_table:
    """On request: customers in bands without pseudonyms, every row at least k times; no part of the run."""
    input:
        features="<gold>/data/customer_features_exact.csv",
        segments="<segmentation>/data/customer_segments.csv",
    output:
        table="<release>/data/released_customers.csv",
        report="<release>/anonymity_report.json",
    log:
        "<logs>/release_table.log",
    benchmark:
        "<benchmarks>/release_table.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("release_table.py"),
        k=config["release_k"],
    script:
        "../scripts/release_table.py"
