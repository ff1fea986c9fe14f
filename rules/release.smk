"""Release. Needs: features and segments. Gives: a table of customers in bands, searched with the run, published on request."""


rule release_bands:
    """Customers in bands without pseudonyms, every row at least k times, and what is left to find; stays closed."""
    input:
        features="<gold>/data/customer_features_exact.csv",
        segments="<segmentation>/data/customer_segments.csv",
    output:
        table="<release>/data/released_customers.csv",
        report="<release>/anonymity_report.json",
    log:
        "<logs>/release_bands.log",
    benchmark:
        "<benchmarks>/release_bands.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("release_bands.py"),
        k=config["release_k"],
    script:
        "../scripts/release_bands.py"


rule release_table:
    """On request: publish the table of customers in bands, which was searched with all of the run; no part of it."""
    input:
        intact,
        closed=rules.release_bands.output,
        searched="<evidence>/searched.json",
        clean="<meta>/leak_report.json",
    output:
        [published(path) for path in rules.release_bands.output],
    log:
        "<logs>/release_table.log",
    benchmark:
        "<benchmarks>/release_table.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("release_table.py"),
        published_mode=config["published_mode"],
    script:
        "../scripts/release_table.py"


golden_path += rules.release_bands.output
