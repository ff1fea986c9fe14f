"""The number ledger of the exposé: every figure, and every sentence that quotes one, computed from the run.

Inputs: gold/data/fact_sales.csv, dim_product.csv, dim_location.csv, agg_exec_kpis.csv, agg_product_performance.csv,
step3_segmentation/_meta/model_metadata.json, silver/_meta/tables/*.json, silver/_meta/references/*.json,
_meta/ledger.json, _meta/uniqueness_report.json, the words of silver,
step1_eda/data/eda_summary.json, step2_feature_engineering/_meta/dictionary_people.json.
Outputs: reports/number_ledger.json.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.expose import customers, doubts, evidence, origins, segments
from elt.expose import products as expose_products
from elt.expose import situation as expose_situation
from elt.expose.decision import decided
from elt.expose.number_ledger import NumberLedger, say
from elt.expose.told import listed, messages, place_table, revenue_message, statement
from elt.files import gathered, read_json, write_json
from elt.findings.compared import Compared, findings
from elt.findings.statement import Finding
from elt.protection import people_behind
from elt.report.assumptions import IMPLAUSIBLE_DATES
from elt.report.words import read_all
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.sales import stopped_parts
from elt.sales.collective_accounts import is_beside_segments
from elt.sales.overview import sales_of
from elt.silver.reference_text import with_references, with_words
from elt.tables import Spec, scan, scan_lines

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def product_names(products: pl.LazyFrame) -> dict[str, str]:
    """Product name by product number, from agg_product_performance; empty where names are unknown."""
    if "product_name" not in products.collect_schema():
        return {}
    return dict(products.select("product_number", "product_name").drop_nulls().collect().rows())


def of_no_comparison(pages: Mapping[str, Mapping[str, Any]], found: Sequence[Finding]) -> list[dict[str, Any] | None]:
    """Messages where findings are too few; those of all years only where no year is compared with another."""
    this_year = [pages["products"]["abc_title"], pages["products"]["categories_title"]]
    if found:
        return this_year
    return [pages["segments"]["segments_title"], *this_year, pages["customers"]["cohorts_title"]]


def tell(
    ledger: NumberLedger,
    compared: Compared,
    pages: Mapping[str, dict[str, Any]],
    place_of: str | None,
    stopped: Collection[str],
) -> list[dict[str, Any]]:
    """Put messages and decision on page one; the findings that they come from, for the ledger.

    place_of: whose place an order counts in, if it is known; stopped: countries that sold for long and then no more.
    """
    found, page = findings(compared), pages["situation"]
    page["message"] = revenue_message(ledger, page["bridge"], found, page["absent"])
    page["messages"] = messages(ledger, page["message"], page["gaps"], found, of_no_comparison(pages, found))
    places = [one for one in found if one.kind == "place"]
    pages["products"] |= place_table(ledger, pages["products"]["places"], places)
    pages["products"]["place_column"] = f"place_of_{place_of}" if place_of else "place"
    page["season"] = next((statement(ledger, one) for one in found if one.kind == "season"), None)
    page["decision"] = decided(ledger, found, page["gaps"], pages["segments"]["decision"], stopped)
    return listed(ledger, found)


def published(inputs: Mapping[str, str]) -> evidence.Published:
    """What the other published files say of people; inputs: files by name."""
    found = {name: read_json(inputs[name]) for name in ("summary", "model", "uniqueness", "dictionary")}
    return evidence.Published(found["uniqueness"], [*people_behind.of_others(**found)])


def without_customers(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """That nothing of page two can be shown; None if something is."""
    segments, customers = pages["segments"], pages["customers"]
    has_cohorts = customers["cohorts"] and customers["cohorts_title"]
    return None if segments["segments"] or customers["pareto"] or has_cohorts else say("customers_absent")


def main(
    *,
    inputs: Mapping[str, Any],
    told: Mapping[str, Mapping[str, Any]],
    columns: Mapping[str, Spec],
    personal: Sequence[str],
    kpis: Mapping[str, Kpi],
    flags: Sequence[Column] = (),
    minimum_group: int,
    analysis_date: str,
    first_month: int | None = None,
    place_of: str | None = None,
    run: Mapping[str, Any],
    output: str,
) -> None:
    """Read the run's tables, compute figures and sentences page by page, write the ledger.

    inputs: files by name of mart, and model, ledger, uniqueness, summary, dictionary, those of silver and its
    references, and words of silver; told: table -> title and department; columns: of the marts read; personal: the data
    policy class of every column of the warehouse; flags: those of fact_sales that say which values rest on an
    assumption; first_month: that of the business year, if it is stated; place_of: whose country an order counts
    in; run: company, run_id and seed.
    """
    marts = {name: scan(inputs[name], spec) for name, spec in columns.items()}
    facts = scan_lines(inputs["fact_sales"], columns["fact_sales"])
    products, months = marts["dim_product"], marts["agg_exec_kpis"]
    places = marts.get("dim_location")
    days = (analysis_date, minimum_group)
    sales = sales_of(facts, products, months, kpis, *days, flags, output, places, first_month)
    compared = Compared(sales)
    accounts = read_json(inputs["ledger"])
    silver = with_references(
        with_words(gathered(inputs["silver"]), told), gathered(inputs["references"]), read_all(inputs["words"])
    )
    contradicted = accounts.get("assumptions", ())
    apart = sum(entry["records"] for entry in contradicted if entry["code"] == IMPLAUSIBLE_DATES)
    ledger = NumberLedger(sales.decimals)
    pages = {
        "situation": expose_situation.page(ledger, compared, kpis, apart),
        "segments": segments.page(ledger, read_json(inputs["model"]), sales),
        "customers": customers.page(ledger, sales),
        "products": expose_products.page(ledger, sales, product_names(marts["agg_product_performance"])),
    }
    pages["situation"]["doubts"] = doubts.doubts(ledger, sales)
    has_stopped = any(entry["code"] == stopped_parts.CODE for entry in contradicted)
    stopped = stopped_parts.countries(facts, places) if has_stopped else ()
    found = tell(ledger, compared, pages, place_of, stopped)
    pages["evidence"] = evidence.page(ledger, silver, accounts, personal, sales, pages, published(inputs))
    paired = zip(contradicted, pages["evidence"]["assumptions"], strict=True)
    pages["segments"]["assumptions"] = [said for entry, said in paired if is_beside_segments(entry)]
    pages["evidence"]["assumptions"] = evidence.apart(pages["evidence"]["assumptions"], pages["situation"]["doubts"])
    pages["customers"]["absent"] = without_customers(pages)
    known = {**run, "input_fingerprint": accounts["input_fingerprint"]}
    stated = origins.tables(sales, [column.name for spec in columns.values() for column in spec])
    content = {"tables": stated, "figures": ledger.figures, "findings": found, "pages": pages}
    write_json(output, {"run": known, **content})
    rulelog.log.info("%s figures", len(ledger.figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        inputs=dict(snakemake.input.items()),
        told=snakemake.params.told,
        columns=snakemake.params.columns,
        personal=snakemake.params.personal,
        kpis=snakemake.params.kpis,
        flags=snakemake.params.flags,
        minimum_group=snakemake.params.minimum_group,
        analysis_date=snakemake.params.analysis_date,
        first_month=snakemake.params.first_month[0],
        place_of=snakemake.params.place_of[0],
        run=snakemake.params.run,
        output=snakemake.output.ledger,
    )
