"""Release, on request. Needs: features and segments, the values of the run. Gives: a table of customers in bands, searched."""


rule release_bands:
    """Customers in bands without pseudonyms, every row at least k times, and what is left to find; still closed."""
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
    params:
        code=code_version("release_bands.py"),
        k=config["release_k"],
    script:
        "../scripts/release_bands.py"


rule release_table:
    """On request: customers in bands without pseudonyms, searched as all of the run is, then published."""
    input:
        closed=rules.release_bands.output,
        clean="<meta>/leak_report.json",
        silver=rules.privacy_leaks.input.silver,
        gold=rules.privacy_leaks.input.gold,
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
        own_words=own_words,
    output:
        [published(path) for path in rules.release_bands.output],
        report="<release>/leak_report.json",
        searched="<release>/searched.json",
    log:
        "<logs>/release_table.log",
    benchmark:
        "<benchmarks>/release_table.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        **searched_for,
        code=code_version("release_table.py"),
        published_mode=config["published_mode"],
    script:
        "../scripts/release_table.py"
