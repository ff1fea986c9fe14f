"""Exposé. Needs: the marts, the model of the segments, the metadata of silver, the ledger. Gives: the exposé and its number ledger."""

EXPOSE_FIGURES = {
    "revenue_by_month": "Revenue by month",
    "revenue_bridge": "Bridge from last year to this",
    "segment_shares": "Segments",
    "revenue_concentration": "Concentration of revenue",
    "cohort_retention": "Cohort retention",
    "product_classes": "ABC of products",
}
EXPOSE_PARTS = ("kpis", "moves", "segments", "actions", "best")  # tables that pages share


rule expose_numbers:
    """Compute every figure and sentence of the exposé, each with where it comes from."""
    input:
        fact_sales="<gold>/parquet/fact_sales.parquet",
        dim_product="<gold>/parquet/dim_product.parquet",
        dim_location="<gold>/parquet/dim_location.parquet",
        agg_exec_kpis="<gold>/parquet/agg_exec_kpis.parquet",
        agg_product_performance="<gold>/parquet/agg_product_performance.parquet",
        model="<segmentation>/_meta/model_metadata.json",
        silver=expand("<silver>/_meta/tables/{table}.json", table=company.contracts),
        references=expand("<silver>/_meta/references/{table}.json", table=company.referring),
        ledger="<evidence>/ledger.json",
        uniqueness="<evidence>/uniqueness_report.json",
        summary="<eda>/data/eda_summary.json",
        dictionary="<features>/_meta/dictionary_people.json",
        words=silver_words,
    output:
        ledger="<reports>/number_ledger.json",
    log:
        "<logs>/expose_numbers.log",
    benchmark:
        "<benchmarks>/expose_numbers.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_numbers.py"),
        told=company.told,
        columns=lambda wildcards: {
            name: company.mart(name).typed_columns
            for name in (
                "fact_sales",
                "dim_product",
                "dim_location",
                "agg_exec_kpis",
                "agg_product_performance",
            )
        },
        personal=[column.personal for mart in company.marts.values() for column in mart.columns],
        kpis=company.kpis,
        flags=lambda wildcards: company.mart("fact_sales").doubtful,
        minimum_group=config["minimum_group"],
        analysis_date=config["analysis_date"],
        first_month=[company.identity.first_month],
        place_of=lambda wildcards: [company.mart("dim_location").place_of],
        run={"company": company.name, "run_id": call.run_id, "seed": config["seed"]},
    script:
        "../scripts/expose_numbers.py"


rule expose_figures:
    """Draw the charts of the exposé from its number ledger."""
    input:
        ledger="<reports>/number_ledger.json",
        words=f"scripts/templates/expose.{config['language']}.yaml",
    output:
        **{
            name: report(
                f"<reports>/figures/{name}.svg",
                caption=f"../docs/report/expose_{name}.rst",
                category="1 Exposé",
                labels={"what": title},
            )
            for name, title in EXPOSE_FIGURES.items()
        },
    log:
        "<logs>/expose_figures.log",
    benchmark:
        "<benchmarks>/expose_figures.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_figures.py"),
        kpis=company.kpis,
    script:
        "../scripts/expose_figures.py"


rule expose_report:
    """Write the exposé as Markdown and as one self-contained HTML file."""
    input:
        ledger="<reports>/number_ledger.json",
        figures=expand("<reports>/figures/{name}.svg", name=EXPOSE_FIGURES),
        words=f"scripts/templates/expose.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        countries=country_words,
        html="scripts/templates/final_expose.html.j2",
        style="scripts/templates/style.css.j2",
        markdown="scripts/templates/final_expose.md.j2",
        parts=expand("scripts/templates/parts/{part}.md.j2", part=EXPOSE_PARTS),
        logo=company.logo_files,
    output:
        html=report(
            "<reports>/final_expose.html",
            caption="../docs/report/expose_html.rst",
            category="1 Exposé",
            labels={"what": "Exposé (HTML, prints on A4)"},
        ),
        markdown="<reports>/final_expose.md",
    log:
        "<logs>/expose_report.log",
    benchmark:
        "<benchmarks>/expose_report.tsv"
    priority: longest_chain
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_report.py"),
        kpis=company.kpis,
        called=company.identity.called(company.name, config["language"]),
        currency=company.identity.currency,
    script:
        "../scripts/expose_report.py"


rule expose_departments:
    """Write a page for sales, marketing and purchasing: the findings that concern each, and what is behind them."""
    input:
        ledger="<reports>/number_ledger.json",
        figures=expand("<reports>/figures/{name}.svg", name=EXPOSE_FIGURES),
        words=f"scripts/templates/departments.{config['language']}.yaml",
        expose=f"scripts/templates/expose.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        countries=country_words,
        markdown="scripts/templates/department.md.j2",
        parts=expand("scripts/templates/parts/{part}.md.j2", part=EXPOSE_PARTS),
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        sales_text="<reports>/sales.md",
        sales_page=report(
            "<reports>/sales.html",
            caption="../docs/report/expose_departments.rst",
            category="1 Exposé",
            labels={"what": "Sales"},
        ),
        marketing_text="<reports>/marketing.md",
        marketing_page=report(
            "<reports>/marketing.html",
            caption="../docs/report/expose_departments.rst",
            category="1 Exposé",
            labels={"what": "Marketing"},
        ),
        purchasing_text="<reports>/purchasing.md",
        purchasing_page=report(
            "<reports>/purchasing.html",
            caption="../docs/report/expose_departments.rst",
            category="1 Exposé",
            labels={"what": "Purchasing"},
        ),
    log:
        "<logs>/expose_departments.log",
    benchmark:
        "<benchmarks>/expose_departments.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_departments.py"),
        kpis=company.kpis,
        called=company.identity.called(company.name, config["language"]),
        currency=company.identity.currency,
    script:
        "../scripts/expose_departments.py"


rule expose_index:
    """Write the way into the run: what happened, a door for each reader, and what each key figure means."""
    input:
        ledger="<reports>/number_ledger.json",
        index=f"scripts/templates/index.{config['language']}.yaml",
        definitions=f"scripts/templates/definitions.{config['language']}.yaml",
        expose=f"scripts/templates/expose.{config['language']}.yaml",
        assumptions=f"scripts/templates/assumptions.{config['language']}.yaml",
        countries=country_words,
        index_text="scripts/templates/index.md.j2",
        index_page="scripts/templates/index.html.j2",
        definitions_text="scripts/templates/definitions.md.j2",
        template=page_template,
        style="scripts/templates/style.css.j2",
    output:
        index_text="<reports>/index.md",
        index_page="<reports>/index.html",
        definitions_text="<reports>/definitions.md",
        definitions_page="<reports>/definitions.html",
    log:
        "<logs>/expose_index.log",
    benchmark:
        "<benchmarks>/expose_index.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_index.py"),
        kpis=company.kpis,
        called=company.identity.called(company.name, config["language"]),
    script:
        "../scripts/expose_index.py"


expose_outputs = [
    *rules.expose_numbers.output,
    *rules.expose_figures.output,
    *rules.expose_report.output,
    *rules.expose_departments.output,
    *rules.expose_index.output,
]
golden_path += expose_outputs
to_publish += expose_outputs


rule expose_pdf:
    """On request: the exposé of a complete run as a PDF, printed by Chromium where it is installed."""
    input:
        intact,
        page="<home>/reports/final_expose.html",
        run="<meta>/run_manifest.json",
    output:
        "<home>/reports/final_expose.pdf",
    log:
        "<logs>/expose_pdf.log",
    benchmark:
        "<benchmarks>/expose_pdf.tsv"
    conda:
        "../envs/pipeline.yaml"
    resources:
        mem_mb=mem_mb,
    params:
        code=code_version("expose_pdf.py"),
        published_mode=config["published_mode"],
    script:
        "../scripts/expose_pdf.py"
