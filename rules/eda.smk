"""Exploratory data analysis. Needs: all marts. Gives: a summary about groups only, and figures and a report made of it."""


rule eda_summary:
    """Summarise every mart, the customers and the sales in figures that are about no single person."""
    input:
        tables=expand("<gold>/parquet/{mart}.parquet", mart=company.marts),
    output:
        summary="<eda>/data/eda_summary.json",
    log:
        "<logs>/eda_summary.log",
    benchmark:
        "<benchmarks>/eda_summary.tsv"
    priority: expose_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("eda_summary.py"),
        marts={name: mart.without_words for name, mart in company.marts.items()},
        minimum_group=config["minimum_group"],
        analysis_date=config["analysis_date"],
    script:
        "../scripts/eda_summary.py"


rule eda_figures:
    """Draw revenue by month, category and country, what customers and orders bring, weekdays and correlations."""
    input:
        summary="<eda>/data/eda_summary.json",
        words=f"scripts/templates/eda.{config['language']}.yaml",
        countries=country_words,
    output:
        revenue_by_month=report(
            "<eda>/figures/revenue_by_month.svg",
            caption="../docs/report/eda_revenue_by_month.rst",
            category="4 Exploration",
            labels={"what": "Revenue by month"},
        ),
        revenue_by_category=report(
            "<eda>/figures/revenue_by_category.svg",
            caption="../docs/report/eda_revenue_by_category.rst",
            category="4 Exploration",
            labels={"what": "Revenue by category"},
        ),
        revenue_by_country=report(
            "<eda>/figures/revenue_by_country.svg",
            caption="../docs/report/eda_revenue_by_country.rst",
            category="4 Exploration",
            labels={"what": "Revenue by country"},
        ),
        revenue_a_customer=report(
            "<eda>/figures/revenue_a_customer.svg",
            caption="../docs/report/eda_revenue_a_customer.rst",
            category="4 Exploration",
            labels={"what": "Revenue of a customer"},
        ),
        lorenz_curve=report(
            "<eda>/figures/lorenz_curve.svg",
            caption="../docs/report/eda_lorenz_curve.rst",
            category="4 Exploration",
            labels={"what": "Concentration of revenue"},
        ),
        order_values=report(
            "<eda>/figures/order_values.svg",
            caption="../docs/report/eda_order_values.rst",
            category="4 Exploration",
            labels={"what": "Value of an order"},
        ),
        lines_by_weekday=report(
            "<eda>/figures/lines_by_weekday.svg",
            caption="../docs/report/eda_lines_by_weekday.rst",
            category="4 Exploration",
            labels={"what": "Order lines by weekday"},
        ),
        correlations=report(
            "<eda>/figures/correlations.svg",
            caption="../docs/report/eda_correlations.rst",
            category="4 Exploration",
            labels={"what": "Correlations"},
        ),
    log:
        "<logs>/eda_figures.log",
    benchmark:
        "<benchmarks>/eda_figures.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("eda_figures.py"),
    script:
        "../scripts/eda_figures.py"


rule eda_report:
    """Write up the exploration: what the data say, what is missing or suppressed, and every mart in an appendix."""
    input:
        summary="<eda>/data/eda_summary.json",
        revenue_by_month="<eda>/figures/revenue_by_month.svg",
        revenue_by_category="<eda>/figures/revenue_by_category.svg",
        revenue_by_country="<eda>/figures/revenue_by_country.svg",
        revenue_a_customer="<eda>/figures/revenue_a_customer.svg",
        lorenz_curve="<eda>/figures/lorenz_curve.svg",
        order_values="<eda>/figures/order_values.svg",
        lines_by_weekday="<eda>/figures/lines_by_weekday.svg",
        correlations="<eda>/figures/correlations.svg",
        words=f"scripts/templates/eda.{config['language']}.yaml",
        countries=country_words,
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        report="<eda>/reports/eda_report.md",
        page=report(
            "<eda>/reports/eda_report.html",
            caption="../docs/report/eda_report.rst",
            category="4 Exploration",
            labels={"what": "Exploration report"},
        ),
        ledger="<eda>/reports/number_ledger.json",
    log:
        "<logs>/eda_report.log",
    benchmark:
        "<benchmarks>/eda_report.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("eda_report.py"),
        words={name: mart.words for name, mart in company.marts.items()},
    script:
        "../scripts/eda_report.py"


eda_outputs = [*rules.eda_summary.output, *rules.eda_figures.output, *rules.eda_report.output]
golden_path += eda_outputs
to_publish += eda_outputs
