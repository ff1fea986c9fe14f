"""The gold report states grain, key and references of each mart, and no count about fewer people than the minimum."""

import json

import yaml
from conftest import ROOT

import gold_report
from elt.files import write_json
from elt.gold.mart_text import is_about_people, section
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.run.key_figures import Kpi
from elt.run.mart import Mart

TEMPLATES = ROOT / "scripts/templates"
FILES = [TEMPLATES / f"{page}.en.yaml" for page in ("gold", "assumptions")]
WORDS, GERMAN = read(*FILES), read(TEMPLATES / "gold.de.yaml", TEMPLATES / "assumptions.de.yaml")


def column(kind, personal="none", **more):
    """One column of marts.yaml."""
    return {"type": kind, "personal": personal, "description": f"A {kind}", **more}


CUSTOMERS = {
    "title": "Customers", "grain": "one row a customer", "key": ["customer_key"],
    "columns": {"customer_key": column("integer", "identifier"), "name": column("string", "direct"),
                "is_odd": column("boolean", "quasi")},
}  # fmt: skip
MONTHS = {
    "title": "Months", "grain": "one row a month", "key": ["month"],
    "columns": {"month": column("date"), "cost": column("decimal", unit="money"), "is_complete": column("boolean")},
}  # fmt: skip
LINKED = {**MONTHS, "foreignKeys": {"month": "dim_date.date"},
          "columns": {**MONTHS["columns"], "cost": column("decimal", unit="money", decimals=2, required=True)}}  # fmt: skip
KPIS = {
    "sales": {"name": {"en": "Sales", "de": "Umsatz"}, "definition": {"en": "Sum of all lines", "de": "Summe"},
              "formula": "SUM(amount)", "unit": "money", "direction": "up"},
    "buyers": {"name": {"en": "Buyers", "de": "Käufer"}, "definition": {"en": "Who bought", "de": "Wer kaufte"},
               "exclusions": {"en": "The unknown", "de": "Unbekannte"},
               "formula": "COUNT(*) FILTER (WHERE a <> 0)", "unit": "count", "direction": "none"},
}  # fmt: skip
MARTS = {"months": Mart.of("months", MONTHS), "customers": Mart.of("customers", CUSTOMERS)}
FOUND = {
    "customers": {"rows": 1000, "missing": {"name": 3}, "flags": {"is_odd": 4}, "flag_money": {},
                  "references": {}, "money": {}, "reads": ["silver.people"]},
    "months": {"rows": 12, "missing": {"cost": 1}, "flags": {"is_complete": 2}, "flag_money": {}, "money": {},
               "references": {"month": {"target": "dim_date.date", "values": 12}}, "reads": ["gold.fact"]},
}  # fmt: skip


def kpis(entries):
    """Typed key figures."""
    return {name: Kpi.of(entry) for name, entry in entries.items()}


def test_counts_about_fewer_people_than_the_minimum_are_not_shown():
    text = section(MARTS["customers"], FOUND["customers"], 5, Told(WORDS))
    assert "| `name` | text | direct | A string | &lt;5 |\n" in text
    assert "| `is_odd` | A boolean | &lt;5 |" in text


def test_counts_from_the_minimum_on_are_shown():
    found = {**FOUND["customers"], "missing": {"name": 5}, "flags": {"is_odd": 20}}
    text = section(MARTS["customers"], found, 5, Told(WORDS))
    assert "| `name` | text | direct | A string | 5 |\n" in text
    assert "| `is_odd` | A boolean | 20 |" in text


def test_counts_that_are_not_about_people_are_shown_as_they_are():
    text = section(MARTS["months"], FOUND["months"], 5, Told(WORDS))
    assert "| `cost` | decimal | money | none | A decimal | 1 |\n" in text
    assert "| `is_complete` | A boolean | 2 |" in text


def test_what_was_proved_is_said():
    text = section(MARTS["months"], FOUND["months"], 5, Told(WORDS))
    assert text.startswith("## `months`: Months\n\nOne row a month. Reads `gold.fact`.\n\n")
    assert "- 12 rows, `month` unique\n- `month`: all 12 values are in `dim_date.date`\n" in text


def test_a_mart_that_refers_to_customers_is_about_people():
    sales = {"key": ["number"], "foreignKeys": {"customer_key": "customers.customer_key"},
             "columns": {"number": column("integer"), "customer_key": column("integer", "identifier")}}  # fmt: skip
    assert is_about_people(Mart.of("sales", {"title": "S", "grain": "g", **sales}))
    assert is_about_people(MARTS["customers"])
    assert not is_about_people(MARTS["months"])


def test_the_metadata_join_what_is_stated_with_what_was_found(tmp_path):
    for name, found in FOUND.items():
        write_json(tmp_path / f"{name}.json", found)
    figures = kpis(KPIS)
    left_out = {"by_category": "product.category", "months.margin": "fact.cost", "months.rate": "fact.cost"}
    gold_report.main(
        found_files=[str(tmp_path / f"{name}.json") for name in FOUND],
        marts=MARTS,
        left_out=left_out,
        kpis=figures,
        minimum_group=5,
        word_files=FILES,
        template=TEMPLATES / "report.html.j2",
        metadata=str(tmp_path / "m.yaml"),
        reports=(tmp_path / "r.md", tmp_path / "r.html"),
        dictionaries=(tmp_path / "d.md", tmp_path / "d.html"),
        ledger=str(tmp_path / "l.json"),
    )
    content = yaml.safe_load((tmp_path / "m.yaml").read_text(encoding="utf-8"))
    assert list(content["marts"]) == ["months", "customers"]
    assert content["marts"]["months"] == {**MONTHS, "found": FOUND["months"]}
    assert content["kpis"] == KPIS
    assert content["left_out"] == left_out
    entered = json.loads((tmp_path / "l.json").read_text("utf-8"))["figures"]
    assert entered["rows"]["value"] == 1012 and {*entered["rows"]["formula"].split(" + ")} == {
        "[customers.rows]",
        "[months.rows]",
    }
    assert "customers.name.missing" not in entered, "a count of few is entered nowhere"
    report = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert report.startswith("# Gold: 1,012 rows in 2 marts, keys and")
    assert "| `product.category` | `by_category` |\n| `fact.cost` | `months.margin`, `months.rate` |\n" in report
    assert (tmp_path / "d.md").read_text(encoding="utf-8") == gold_report.dictionary(MARTS, figures, WORDS)


def test_a_report_that_left_nothing_out_does_not_speak_of_it():
    assert gold_report.left_out_section({}, WORDS) == ""


def test_the_dictionary_states_key_reference_unit_and_class_of_every_column():
    text = gold_report.dictionary({"months": Mart.of("months", LINKED)}, kpis(KPIS), WORDS)
    assert text.startswith("# Data dictionary: 1 marts, 2 key figures\n")
    assert "## `months`: Months\n\nOne row a month.\n" in text
    assert "| `month` | day |  | key | `dim_date.date` | none | A date |\n" in text
    assert "| `cost` | decimal (2 decimals) | money | required |  | none | A decimal |\n" in text
    assert "| `is_complete` | yes or no |  |  |  | none | A boolean |\n" in text


def test_the_dictionary_states_both_names_formula_and_exclusions_of_every_key_figure():
    text = gold_report.dictionary({}, kpis(KPIS), WORDS)
    assert "| Sales / Umsatz | Sum of all lines |  | SUM(amount) | money | up |\n" in text
    assert (
        "| Buyers / Käufer | Who bought | The unknown | COUNT(\\*) FILTER (WHERE a &lt;&gt; 0) | count | none |\n"
        in text
    )


def test_a_bar_in_a_definition_or_formula_breaks_no_table_of_the_dictionary():
    kpi = {**KPIS["sales"], "definition": {"en": "a | b", "de": "a"}, "formula": "SUM(a || b)"}
    row = gold_report.dictionary({}, kpis({"sales": kpi}), WORDS).splitlines()[-2]
    assert row == r"| Sales / Umsatz | a \| b | SUM(a \|\| b) | money | up |"


def test_a_flag_of_a_mart_with_money_has_its_amount_and_share_unless_it_is_about_few():
    entry = CUSTOMERS | {"columns": CUSTOMERS["columns"] | {"amount": {"type": "decimal"}}}
    mart = Mart.of("customers", entry | {"ledger": {"table": "crm", "money": {"amount": "amount"}}})
    found = FOUND["customers"] | {"money": {"amount": "400.00"}, "flag_money": {"is_odd": {"amount": "100.00"}}}
    assert "| <5 | – |" in section(mart, found, 5, Told(WORDS)).replace("&lt;", "<")
    assert "| 7 | 100.00 (25.0\N{NO-BREAK SPACE}%) |" in section(mart, found | {"flags": {"is_odd": 7}}, 5, Told(WORDS))


def test_key_0_stands_with_its_share_of_all_order_lines_and_of_all_amounts():
    unknown = {
        "customer_key": {"dimension": "dim_customer", "lines": 145, "of": 1000, "money": "20.00", "of_money": "80.00"}
    }
    text = section(MARTS["months"], {**FOUND["months"], "rows": 1000, "unknown": unknown}, 5, Told(WORDS))
    assert "of 1,000 order lines with 80.00:" in text
    assert (
        "| Key 0 in | Unknown member of | Order lines | Share of all order lines | Amount | Share of all amounts |"
        in text
    )
    assert "| `customer_key` | `dim_customer` | 145 | 14.50\u00a0% | 20.00 | 25.00\u00a0% |" in text
    assert "Key 0" not in section(MARTS["months"], FOUND["months"], 5, Told(WORDS))


def test_both_documents_are_written_in_german_with_the_texts_that_the_marts_have_in_it():
    both = {"title": {"en": "Months", "de": "Monate"}, "grain": {"en": "one row a month", "de": "eine Zeile je Monat"}}
    cost = column("decimal", unit="money", decimals=2, description={"en": "Cost", "de": "Kosten"})
    mart = Mart.of("months", {**LINKED, **both, "columns": {**LINKED["columns"], "cost": cost}})
    text = gold_report.dictionary({"months": mart}, kpis(KPIS), GERMAN)
    assert "## `months`: Monate\n\nEine Zeile je Monat.\n\n| Spalte | Typ | Einheit |" in text
    assert "| `cost` | Dezimalzahl (2 Nachkommastellen) | Geld |  |  | keiner | Kosten |\n" in text
    assert "| Sales / Umsatz | Summe |  | SUM(amount) | Geld | mehr |\n" in text
    found = {**FOUND["months"], "rows": 1200}
    text = gold_report.report({"months": mart}, {"months": found}, {"a.b": "fact.cost"}, 5, Told(GERMAN))
    assert text.startswith("# Gold: 1.200 Zeilen in 1 Marts, Schlüssel und Verweise bewiesen\n")
    assert "Eine Zeile je Monat. Liest `gold.fact`.\n\n- 1.200 Zeilen, `month` eindeutig\n" in text
    assert "| `month` | Tag |  | keiner | A date | 0 |\n" in text
    assert "- `month`: Alle 12 Werte stehen in `dim_date.date`\n" in text
    assert "| Dem Sternschema fehlt | daher fehlen |\n" in text
