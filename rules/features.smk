"""Features. Needs: the star schema and the pseudonyms. Gives: one row a customer, and the dictionary of its columns."""


rule features_customers:
    """Describe each customer's buying in numbers, under a pseudonym."""
    input:
        facts="<gold>/parquet/fact_sales.parquet",
        products="<gold>/parquet/dim_product.parquet",
        pseudonyms="<gold>/data/customer_pseudonyms.csv",
        objections=config.get("objections") or [],
        customers=(
            "<gold>/parquet/dim_customer.parquet" if config.get("objections") or company.collective_accounts else []
        ),
    output:
        exact="<gold>/data/customer_features_exact.csv",
        table="<features>/data/customer_features.csv",
        dictionary="<features>/_meta/feature_dictionary.json",
        people="<features>/_meta/dictionary_people.json",
    log:
        "<logs>/features_customers.log",
    benchmark:
        "<benchmarks>/features_customers.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("features_customers.py"),
        facts=lambda wildcards: company.mart("fact_sales").typed_columns,
        products=lambda wildcards: company.mart("dim_product").typed_columns,
        customers=lambda wildcards, input: company.mart("dim_customer").typed_columns if input.customers else (),
        objections=call.objections,
        accounts=collective_accounts if company.collective_accounts else None,
        analysis_date=config["analysis_date"],
        minimum_group=config["minimum_group"],
        published=config["published_features"],
    script:
        "../scripts/features_customers.py"


rule features_report:
    """Write the feature dictionary in the language of the run."""
    input:
        dictionary="<features>/_meta/feature_dictionary.json",
        words=f"scripts/templates/features.{config['language']}.yaml",
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        dictionary="<features>/reports/feature_dictionary.md",
        page=report(
            "<features>/reports/feature_dictionary.html",
            caption="../docs/report/feature_dictionary.rst",
            category="3 Features",
            labels={"what": "Feature dictionary"},
        ),
    log:
        "<logs>/features_report.log",
    benchmark:
        "<benchmarks>/features_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("features_report.py"),
    script:
        "../scripts/features_report.py"


features_outputs = [*rules.features_customers.output, *rules.features_report.output]
golden_path += features_outputs
to_publish += [path for path in features_outputs if path != rules.features_customers.output.exact]
