"""The exposé as text: formats of the language, nothing from outside, every value escaped, both forms alike."""

import html
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from again import Again
from recomputed import Recomputed
from small_run import CLASSES, KPIS, TEMPLATES, SmallRun, both, lines

import expose_report
from elt.expose import products
from elt.expose.number_ledger import NumberLedger
from elt.expose.wording import Wording
from elt.report.assumptions import entry as contradicted
from elt.report.words import read
from elt.sales import exchange_rates, order_days, stopped_parts

HOSTILE = "<script>alert(1)</script>|[x](http://evil.example)\"'`&"


@pytest.fixture(scope="module")
def exposé(tmp_path_factory):
    """HTML and Markdown of an English exposé whose product has a hostile name."""
    return SmallRun(tmp_path_factory.mktemp("run"), lines(), product_name=HOSTILE).reports(has_charts=True)


def wording(language, **figures):
    return Wording(read(TEMPLATES / f"expose.{language}.yaml"), figures, KPIS)


def entry(value, unit, **more):
    return {"value": value, "unit": unit, **more}


@pytest.mark.parametrize(
    ("figure", "form", "english", "german"),
    [
        (entry("29356250", "money"), "", "29,356,250", "29.356.250"),
        (entry("0.398", "share"), "", "39.8\N{NO-BREAK SPACE}%", "39,8\N{NO-BREAK SPACE}%"),
        (entry("0.011", "points"), "+", "+1.1\N{NO-BREAK SPACE}pp", "+1,1\N{NO-BREAK SPACE}Pp."),
        (entry("-1019.17", "money", decimals=2), "+", "\N{MINUS SIGN}1,019.17", "\N{MINUS SIGN}1.019,17"),
        (entry("-5", "money"), "abs", "5", "5"),
        (entry("310.18", "share"), "+", "+31,018\N{NO-BREAK SPACE}%", "+31.018\N{NO-BREAK SPACE}%"),
        (entry("2013-03-01", "month"), "", "March\N{NO-BREAK SPACE}2013", "März\N{NO-BREAK SPACE}2013"),
        (entry(None, "money"), "", "–", "–"),
    ],
)
def test_a_figure_is_written_as_its_language_writes_it(figure, form, english, german):
    assert wording("en", x=figure).figure("x", form) == english
    assert wording("de", x=figure).figure("x", form) == german


def test_a_single_one_has_its_own_wording():
    said = {"say": "points_title", "figures": {"points": "x"}}
    assert wording("en", x=entry(1, "count")).sentence(said) == "1 point to settle at the source"
    assert wording("en", x=entry(2, "count")).sentence(said) == "2 points to settle at the source"


def test_a_hostile_name_is_text_in_html(exposé):
    page, _ = exposé
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_hostile_name_is_text_in_markdown(exposé):
    _, text = exposé
    assert "<script" not in text
    row = next(line for line in text.splitlines() if "alert" in line and line.startswith("| "))
    assert len(re.findall(r"(?<!\\)\|", row)) == 4


def test_the_page_reaches_nothing_outside_and_runs_nothing(exposé):
    page = exposé[0].replace(html.escape(HOSTILE).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"), "")
    assert not re.search(r"https?:|//|<script|<link|<img|<iframe|@import|\son\w+=", page)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page


def test_no_identifier_stands_twice_on_the_page(exposé):
    page, _ = exposé
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(identifiers)


def test_figures_with_the_same_identifiers_do_not_clash_when_inlined():
    svg = '<?xml version="1.0"?>\n<svg width="1pt" height="1pt" viewBox="0 0 1 1"><g id="a" clip-path="url(#a)"/></svg>'
    assert str(expose_report.inline(svg, "one")) == (
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 1 1"><g id="one-a" clip-path="url(#one-a)"/></svg>'
    )


def test_html_and_markdown_say_the_same(tmp_path):
    page, text = SmallRun(tmp_path, lines(date(2024, 6, 10), date(2024, 5, 20))).reports("de")
    assert '<html lang="de">' in page
    titles = [html.unescape(title) for title in re.findall(r"<h3>(.*?)</h3>", page)]
    plain = text.replace("\\", "").replace("&amp;", "&")
    assert titles
    assert [title for title in titles if f"### {title}\n" not in plain] == []
    assert [title for title in titles if title.endswith(".")] == []
    shown = [html.unescape(alternative) for alternative in re.findall(r'role="img" aria-label="([^"]*)"', page)]
    assert len(shown) == 5 and all(shown), "what a chart shows is told, beside its title that says the message"
    assert not {*shown} & {*titles} and [told for told in shown if f"![{told}](" not in plain] == []
    assert "im Vorjahr bis" in shown[1] and re.search(r"Preise [+−]", shown[1])


def test_without_a_former_year_the_exposé_still_stands_and_says_so(tmp_path):
    page, text = SmallRun(tmp_path, lines(date(2022, 8, 31))).reports()
    assert "too few for a comparison with the year before" in page
    assert "Last year" not in text


def test_what_sets_a_segment_apart_is_told_in_words_and_alike_features_together():
    told = [
        {"label": {"en": label}, "words": {"en": how}}
        for label, how in (("A", "above"), ("B", "below"), ("C", "above"))
    ]
    assert wording("en").traits(told) == "A, C: above; B: below"


def test_without_segments_the_exposé_says_so(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.model["choice"] |= {"k": 1, "by": "none"}
    run.model["evidence"] = [{"k": 3, "lowest_jaccard": 0.7096}, {"k": 4, "lowest_jaccard": 0.41}]
    page, _ = run.reports()
    assert (
        "No stable segments were found: the most stable solution, 3 segments, has a lowest Jaccard of 0.710, and"
        in page
    )


def test_segments_of_a_company_without_revenue_are_not_called_too_small(tmp_path):
    run = SmallRun(tmp_path, [row | {"sales_amount": 0.0} for row in lines()])
    assert "none is shown, as revenue in all is not above zero" in run.reports()[0]


def test_no_customer_and_no_order_number_is_on_the_page(exposé):
    page, text = exposé
    assert not re.search(r"\bO\d{5}\b", page + text)


@pytest.mark.parametrize(("language", "words"), [("en", "Amounts in EUR"), ("de", "Beträge in EUR")])
def test_the_exposé_bears_the_name_of_the_company_and_the_currency_of_its_books(tmp_path, language, words):
    page, text = SmallRun(tmp_path, lines()).reports(language, currency="EUR")
    assert "<h1>Small &amp; Shop</h1>" in page and text.startswith("# Small &amp; Shop: ")
    assert f"<li>{words}</li>" in page and f"\n- {words}\n" in text


def test_a_currency_that_nobody_states_is_not_told(exposé):
    assert all("Amounts in" not in text for text in exposé)


def many_places(folder: Path, count: int) -> SmallRun:
    """A run whose customers live in so many places, fifteen or more in each."""
    rows = lines()
    for number, row in enumerate(rows):
        row["customer_key"] += 60 * (number // 2 % 4)
        row["location_key"] = row["customer_key"] % count
    run = SmallRun(folder, rows)
    run.table("dim_location", [{"location_key": key, "country": f"Place {key:02}"} for key in range(count)])
    return run


PLACES = ("n/a", "Austria", "Switzerland", "PL")


def places_of(text: str) -> list[list[str]]:
    """Cells of the rows of the table of places."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [row for row in rows if row[0].startswith("Place 0") or row[0].startswith("Place 1") or "together" in row[0]]


def test_of_many_places_ten_are_shown_and_the_others_together(tmp_path):
    run = many_places(tmp_path, 12)
    page, text = run.reports()
    ledger = json.loads((tmp_path / "reports/number_ledger.json").read_text("utf-8"))
    found = ledger["figures"]
    shown = places_of(text)
    assert len(shown) == 11 and shown[-1][0] == "2 others together"
    assert '<th scope="row">2 others together</th>' in page
    for year in ("this", "last"):
        names = [name for name in found if name.startswith("place.") and name.endswith(f".{year}")]
        shown = [row[year] for row in ledger["pages"]["products"]["places"][:10]]
        others = sum(Decimal(found[name]["value"]) for name in names if name not in shown)
        assert len(names) == 12 and Decimal(found[f"further_place.{year}"]["value"]) == others
    assert "2 weitere zusammen" in many_places(tmp_path / "de", 12).reports("de")[1]


def test_a_small_place_that_moved_most_is_shown_though_ten_others_are_larger(tmp_path):
    run = many_places(tmp_path, 14)
    rows = lines()
    for number, row in enumerate(rows):
        row["customer_key"] += 60 * (number // 2 % 4)
        row["location_key"] = row["customer_key"] % 14
        moved = row["location_key"] in (12, 13)
        is_late = str(row["order_date"]) >= "2023-06-01"
        row["sales_amount"] = 1 if moved and not is_late else 30 if moved else row["sales_amount"]
    run.table("fact_sales", rows)
    _, text = run.reports()
    names = [row[0] for row in places_of(text)]
    assert {"Place 12", "Place 13"} & {*names}, names


def test_eleven_places_are_all_shown_as_the_row_of_the_others_would_take_as_much_room(tmp_path):
    _, text = many_places(tmp_path, 11).reports()
    assert len(places_of(text)) == 11 and "together" not in text


def test_countries_have_their_names_in_the_language_of_the_exposé_and_the_ledger_keeps_those_of_the_data(tmp_path):
    run = many_places(tmp_path, 4)
    run.table("dim_location", [{"location_key": key, "country": name} for key, name in enumerate(PLACES)])
    page, text = run.reports("de")
    for shown in (page, text):
        assert "Schweiz" in shown and "Österreich" in shown and "Switzerland" not in shown and "Austria" not in shown
    assert "place.Austria.this" in (tmp_path / "reports/number_ledger.json").read_text("utf-8")


def test_what_is_said_beside_the_segments_is_not_said_again_below(tmp_path):
    run = SmallRun(tmp_path, lines())
    told = contradicted("collective_account", "fact_sales", 12, 100), contradicted("mojibake", "names.name", 3, 714)
    run.accounts["assumptions"] = [*told]
    for shown in run.reports("en"):
        assert shown.count("collectiveAccounts") == 1 and shown.count("3 of 714") == 1
    run.model["segments"] = []
    for shown in run.reports("en"):
        assert shown.count("collectiveAccounts") == 1, "without segments it stands below"


@pytest.mark.parametrize(
    ("language", "first", "second", "third"),
    [
        ("en", "Sales → others.id: 7 of 714", "Order lines → Places: 8 of 714", "300 of revenue (30.0\u00a0% of it)"),
        ("de", "Sales → others.id: 7 von 714", "Auftragspositionen → Orte: 8 von 714", "300 des Umsatzes (30,0\u00a0% davon)"),
    ],
)  # fmt: skip
def test_what_the_data_contradict_is_told_by_titles_and_words_and_not_by_names_of_tables(
    tmp_path, language, first, second, third
):
    run = SmallRun(tmp_path, lines())
    amounts = {"money": {"sales_amount": "300.00"}, "of_money": {"sales_amount": "1000.00"}}
    run.accounts["assumptions"] = [
        contradicted("orphans", "sales.other → others.id", 7, 714),
        contradicted("unknown_member", "fact_sales.location_key → dim_location", 8, 714) | amounts,
        contradicted("mojibake", "sales.note", 9, 714),
    ]
    for shown in run.reports(language):
        told = shown.replace("\\", "")
        assert first in told and second in told and third in told and "Sales (note): 9" in told
        assert "dim_location" not in told and "sales.other" not in told and "in sales_amount" not in told


@pytest.mark.parametrize("code", [stopped_parts.CODE, order_days.CROWDED, exchange_rates.ODD, exchange_rates.STALE])
def test_lines_of_one_place_day_or_currency_are_told_without_an_amount_as_they_may_be_of_one_customer(tmp_path, code):
    run = SmallRun(tmp_path, lines())
    amounts = {"money": {"sales_amount": "312.50"}, "of_money": {"sales_amount": "1000.00"}}
    run.accounts["assumptions"] = [contradicted(code, "fact_sales", 8, 714, why="x") | amounts]
    for shown in run.reports("en"):
        assert "8 of 714" in shown and "312" not in shown and "31.3" not in shown
    assert "assumption.1.sales_amount" not in (tmp_path / "reports/number_ledger.json").read_text("utf-8")


def test_the_others_have_no_sum_where_one_of_them_is_hidden():
    ledger = NumberLedger()
    rows = [
        {"place": f"P{i}", "this": ledger.enter(f"p{i}", 10, "money", {"formula": "x"}), "last": None}
        for i in range(11)
    ]
    hidden = {"place": "P11", "this": None, "last": None, "difference": None, "change": None}
    *_, others = products.shortened(ledger, [*rows, hidden], "place")
    assert (others["this"], others["last"], others["place"]) == (None, None, None)
    assert ledger.value(others["further"]["figures"]["count"]) == 2


def test_what_the_segments_have_kept_of_an_earlier_run_is_one_sentence_with_its_largest_movement(tmp_path):
    run = SmallRun(tmp_path, lines())
    then = [{"label": number, "name": both(f"Then {number}")} for number in (1, 3)]
    moves = {
        "1": {"1": 20, "2": 8, "gone": 0},
        "3": {"1": None, "2": 12, "gone": 30},
        "new": {"1": 0, "2": 90, "gone": 0},
    }
    for segment, is_kept in zip(run.model["segments"], (True, False), strict=True):
        segment["is_kept"] = is_kept
    run.model["migration"] = {"run": "r_0", "highest": 3, "segments": then, "moves": moves}
    page, text = run.reports()
    said = "Compared with run {}: 1 of 2 segments keep their number; the largest movement that may be told is of 12 customers"
    assert said.format("r_0") in page and said.format("r\\_0") in text and "“Then 3”" in text
    again = Again(tmp_path, "reports/number_ledger.json")
    assert (again.again("migration.kept"), again.again("migration.3.2")) == (1, 12)
    moves |= {"1": {"1": 20, "2": None, "gone": 0}, "3": {"1": None, "2": None, "gone": 30}}
    assert "1 of 2 segments keep their number.</p>" in run.reports()[0]


def test_each_action_has_what_is_at_stake_and_the_measure_of_its_success_today(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.model["segments"][1] |= {"is_no_action": False, "measure": "repeat_share"}
    html, markdown = run.reports("en")
    assert "| Regulars | 30 | Call them | 154 | average order value 51.44 | Orders within 90 days |" in markdown
    assert "| Others | 9 | Call them | 51 | not shown: too few people behind it | Orders within 90 days |" in markdown
    for part in ("Value at stake", "average order value 51.44", "if every tenth of these customers ordered once more"):
        assert part in html.replace("\N{NO-BREAK SPACE}", " ")
    run.model["segments"][1]["figures"] |= {"revenue_of_year": 431.2}
    told = "| revenue of the last 365 days 431; measure not shown (few people) |"
    assert told in run.reports("en")[1]
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}


def test_a_measure_that_the_company_states_for_no_segment_gives_way_to_what_a_customer_brought(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.model["segments"][0]["measure"] = None
    assert "| 27 a customer so far |" in run.reports("en")[1]


def test_of_source_tables_nothing_stands_that_is_0_in_all_and_the_page_says_so(tmp_path):
    html, markdown = SmallRun(tmp_path, lines()).reports("de")
    rows = len(lines())
    assert "| Quelltabelle | Datensätze | Übernommen | Reparaturen |" in markdown
    assert f"| Sales | {rows:,} | {rows:,} | 12 |".replace(",", ".") in markdown
    for shown in (html, markdown):
        assert "In jeder Zeile 0: Ausgesondert, Überholt, Doppelt." in shown


def test_what_the_source_does_not_name_has_a_word_of_the_language():
    assert wording("en").text("n/a") == "unknown" and wording("de").text({"place": "n/a"}) == "unbekannt"
