"""Segmentation. Needs: customer features and words. Gives: segments of customers, the model, figures, a report."""


rule segmentation_kmeans:
    """Find customer segments: how many from evidence."""
    input:
        features="<gold>/data/customer_features_exact.csv",
    output:
        table="<gold>/data/customer_clusters.csv",
        metadata="<gold>/_meta/customer_clusters.json",
    log:
        "<logs>/segmentation_kmeans.log",
    benchmark:
        "<benchmarks>/segmentation_kmeans.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("segmentation_kmeans.py"),
        seed=config["seed"],
        settings=config["segmentation"],
        features=lambda wildcards: company.segments.features,
        minimum_group=config["minimum_group"],
    script:
        "../scripts/segmentation_kmeans.py"


rule segmentation_profiles:
    """Name the segments by the company's rules, and say what tells them apart."""
    input:
        clusters="<gold>/_meta/customer_clusters.json",
        table="<gold>/data/customer_clusters.csv",
        features="<gold>/data/customer_features_exact.csv",
        words=["scripts/templates/segmentation.en.yaml", "scripts/templates/segmentation.de.yaml"],
        earlier=call.earlier_segments,  # of another run, named by compare_to
    output:
        "<segmentation>/_meta/model_metadata.json",
    log:
        "<logs>/segmentation_profiles.log",
    benchmark:
        "<benchmarks>/segmentation_profiles.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("segmentation_profiles.py"),
        segments=[company.segments],  # in a list, since Snakemake compares what lists hold, and no other object
    script:
        "../scripts/segmentation_profiles.py"


rule segmentation_names:
    """Call each customer's segment by its name in the language of the run."""
    input:
        clusters="<gold>/data/customer_clusters.csv",
        metadata="<segmentation>/_meta/model_metadata.json",
    output:
        "<segmentation>/data/customer_segments.csv",
    log:
        "<logs>/segmentation_names.log",
    benchmark:
        "<benchmarks>/segmentation_names.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("segmentation_names.py"),
        language=config["language"],
    script:
        "../scripts/segmentation_names.py"


rule segmentation_figures:
    """Draw why so many segments, what they bring, how they differ, and where their customers lie."""
    input:
        metadata="<segmentation>/_meta/model_metadata.json",
        words=f"scripts/templates/segmentation.{config['language']}.yaml",
    output:
        evidence=report(
            "<segmentation>/figures/segment_evidence.svg",
            caption="../docs/report/segmentation_evidence.rst",
            category="2 Segmentation",
            labels={"what": "Number of segments"},
        ),
        shares=report(
            "<segmentation>/figures/segment_shares.svg",
            caption="../docs/report/segmentation_shares.rst",
            category="2 Segmentation",
            labels={"what": "Customers and revenue by segment"},
        ),
        profiles=report(
            "<segmentation>/figures/segment_profiles.svg",
            caption="../docs/report/segmentation_profiles.rst",
            category="2 Segmentation",
            labels={"what": "Profiles of the segments"},
        ),
        density=report(
            "<segmentation>/figures/segment_density.svg",
            caption="../docs/report/segmentation_density.rst",
            category="2 Segmentation",
            labels={"what": "Map of the segments"},
        ),
    log:
        "<logs>/segmentation_figures.log",
    benchmark:
        "<benchmarks>/segmentation_figures.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("segmentation_figures.py"),
    script:
        "../scripts/segmentation_figures.py"


rule segmentation_report:
    """Write up the segments: evidence, profiles, actions, method and limits."""
    input:
        metadata="<segmentation>/_meta/model_metadata.json",
        facts="<gold>/_meta/marts/fact_sales.json",
        words=f"scripts/templates/segmentation.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        template=page_template,
        style="scripts/templates/style.css.j2",
        density="<segmentation>/figures/segment_density.svg",
    output:
        report="<segmentation>/reports/segmentation_report.md",
        page=report(
            "<segmentation>/reports/segmentation_report.html",
            caption="../docs/report/segmentation_report.rst",
            category="2 Segmentation",
            labels={"what": "Segmentation report"},
        ),
        ledger="<segmentation>/reports/number_ledger.json",
    log:
        "<logs>/segmentation_report.log",
    benchmark:
        "<benchmarks>/segmentation_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("segmentation_report.py"),
    script:
        "../scripts/segmentation_report.py"


segmentation_outputs = [
    *rules.segmentation_profiles.output,
    *rules.segmentation_names.output,
    *rules.segmentation_figures.output,
    *rules.segmentation_report.output,
]
golden_path += [*rules.segmentation_kmeans.output, *segmentation_outputs]
to_publish += segmentation_outputs
