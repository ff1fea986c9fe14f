"""Whatever is published is searched for every personal value: a find stops the run, and its message has no value."""

import base64
import hashlib
import html
import json
import random
import re
import unicodedata
from datetime import date
from pathlib import Path
from urllib.parse import quote

import numpy as np
import polars as pl
import pytest

import privacy_leaks
from elt.faults import Fault
from elt.files import write_json
from elt.privacy import leak_columns, leak_days, leak_files, leak_fingerprints, leak_values, leak_words, row_order
from elt.privacy.leak_published import Published
from elt.privacy.leak_tables import ProtectedTable
from elt.privacy.leak_terms import SearchTerms
from elt.run.columns import ClassedColumn, ClassedTable

pytestmark = pytest.mark.slow

FIRST = ("Jörg", "Zoë", "Anna", "Rich", "Maximilian", "Ken", "Sören", "François", "Ida", "Kwame")
LAST = ("Müller-Lüdenscheidt", "O'Brien", "Green", "Long", "Østergård", "Nguyen", "Weiß", "Petrović", "Long", "Achebe")
PERSONS = {
    "number": ("string", "identifier"), "id": ("integer", "identifier"), "first": ("string", "direct"),
    "last": ("string", "direct"), "city": ("string", "quasi"), "born": ("date", "quasi"), "spent": ("decimal", "none"),
}  # fmt: skip
ORDERS = {
    "order": ("string", "identifier"),
    "line": ("integer", "none"),
    "day": ("date", "quasi"),
    "article": ("string", "none"),
}
COUNT = 60


def classed(columns, *key):
    """A table as the rule hands it over, from name -> (type, class)."""
    return ClassedTable(
        tuple(ClassedColumn(name, kind, None, personal) for name, (kind, personal) in columns.items()), key
    )


def person(n):
    """The person number n, as text; ids are shuffled so that neighbours have nothing in common."""
    first, last = FIRST[n % 10] + "abcdef"[n // 10], LAST[n % 10] + "ghijkl"[n // 10]
    return (
        f"AW{10_000_000 + 7919 * n}",
        str(11000 + n),
        first,
        last,
        "Köln",
        f"19{40 + n % 40}-0{1 + n % 9}-1{n % 10}",
        "5.00",
    )


def pseudonym(n):
    """A pseudonym in form, of nobody."""
    return "cu1_" + base64.b32encode(hashlib.sha256(f"x{n}".encode()).digest()[:16]).decode().rstrip("=").lower()


def write_text(path, text):
    """Write a file of the run; unlike the pipeline's own function, it need not be safe on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def small_run(folder, **published):
    """A run with 60 persons and their orders; `published` maps a path to its text."""
    run = folder / "artifacts/runs/r"
    persons = "\n".join(",".join(person(n)) for n in range(COUNT))
    write_text(run / "silver/data/persons.csv", f"{','.join(PERSONS)}\n{persons}\n")
    orders = "\n".join(f"SO{43000 + n},1,{2010 + n % 4}-05-{1 + n % 28:02},BK-{n % 7}x{n % 7}R" for n in range(COUNT))
    write_text(run / "silver/data/orders.csv", f"{','.join(ORDERS)}\n{orders}\n")
    for table in ("persons", "orders"):
        write_text(run / f"silver/changes/{table}.csv", "file,record,column,rule,before,after\n")
        write_text(run / f"silver/quarantine/{table}.csv", "file,record,code,reason,content\n")
    names = "\n".join(f"{n},{pseudonym(n)}" for n in range(COUNT))
    write_text(run / "gold/data/customer_pseudonyms.csv", f"customer_key,pseudonym\n{names}\n")
    rows = sorted((pseudonym(n), f"{100 + n % 5},{n % 7},{n * 1.5:.6f}") for n in range(COUNT))
    features = "\n".join(f"{name},{cells}" for name, cells in rows)
    write_text(run / "step2/features.csv", f"customer,days,orders,revenue\n{features}\n")
    write_text(run / "reports/report.md", "# Report\n\n60 customers in Köln ordered 11000 times until 2013-05-28.\n")
    for path, text in published.items():
        write_text(run / path, text)
    return run


def search(run, own_words=()):
    """The rule's main on a run; its report."""
    privacy_leaks.main(
        tables={"silver.persons": classed(PERSONS, "number"), "silver.orders": classed(ORDERS, "order", "line")},
        pseudonym_table=str(run / "gold/data/customer_pseudonyms.csv"),
        own_words=own_words,
        known_days=[],
        output=run / "_meta/leak_report.json",
        snakemake_folder=run / "none",
    )
    return json.loads((run / "_meta/leak_report.json").read_text("utf-8"))


def refusal(run):
    """The message of a run that is stopped; no value of a person stands in it."""
    with pytest.raises(Fault) as caught:
        search(run)
    message = str(caught.value)
    for n in range(COUNT):
        number, _, first, last, _, born, _ = person(n)
        assert not [value for value in (number, first, last, born) if value in message]
    assert not (run / "_meta/leak_report.json").exists()
    return message


def test_a_clean_run_passes_and_the_report_says_what_was_searched(tmp_path):
    report = search(small_run(tmp_path))
    assert report["hits"] == 0
    assert report["searched"]["files"] == 2
    assert report["values"]["silver.persons.number"] == {"distinct": COUNT, "searched_alone": COUNT}
    assert report["values"]["silver.persons.first+last"] == {"distinct": COUNT, "searched_alone": COUNT}
    assert report["values"]["silver.persons.born"]["searched_alone"] == len({person(n)[5] for n in range(COUNT)})
    assert report["values"]["silver.persons.id"] == {"distinct": COUNT, "searched_alone": 0}
    assert report["row_order"]["step2/features.csv"]["limit"] > 0.05


def without_accents(text):
    """Letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


NUMBER, IDENTITY, FIRST_NAME, LAST_NAME, _, BORN, _ = person(10)  # Jörgb Müller-Lüdenscheidth
NAME = f"{FIRST_NAME} {LAST_NAME}"
YEAR, MONTH, DAY = BORN.split("-")
ENCODINGS = {
    "as it is": NAME, "key": NUMBER, "upper case": NAME.upper(), "decomposed": unicodedata.normalize("NFD", NAME),
    "spelled out": NAME.replace("ö", "oe").replace("ü", "ue"), "without accents": without_accents(NAME),
    "last first": f"{LAST_NAME}, {FIRST_NAME}", "last first without comma": f"{LAST_NAME} {FIRST_NAME}",
    "cells": f"{FIRST_NAME},{LAST_NAME}", "quoted cells": f'"{LAST_NAME}";"{FIRST_NAME}"', "lines": f"{FIRST_NAME}\n{LAST_NAME}",
    "e-mail": f"{FIRST_NAME}.{LAST_NAME}@example.org", "URL": quote(NAME), "URL with plus": quote(FIRST_NAME) + "+" + quote(LAST_NAME),
    "HTML": html.escape(NAME).replace("ö", "&ouml;").replace("ü", "&#252;"), "HTML hex": "".join(f"&#x{ord(c):x};" for c in NAME),
    "tags": f"<b>{FIRST_NAME}</b> <tspan>{LAST_NAME}</tspan>", "JSON": json.dumps(NAME), "JSON line ends": json.dumps(f"x\n{NAME}\n"),
    "base64": base64.b64encode(NAME.encode()).decode(), "base64 of the key": base64.b64encode(NUMBER.encode()).decode(),
    "base64 of more": base64.b64encode(f"<svg><text>{NAME}</text></svg>".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"name: {NAME}".encode()).decode().rstrip("="),
    "hex": NAME.encode().hex(), "hex of the key": NUMBER.encode().hex().upper(),
    "within other text": f"customer{NUMBER}x", "prefix": f"NAS{NUMBER}", "split": f"{NUMBER[:2]}-{NUMBER[2:6]}-{NUMBER[6:]}",
    "birth date": BORN, "German date": f"{DAY}.{MONTH}.{YEAR}", "American date": f"{MONTH}/{DAY}/{YEAR}", "compact date": YEAR + MONTH + DAY,
    "date in words": f"{int(DAY)} " + "January February March April May June July August September".split()[int(MONTH) - 1] + f" {YEAR}",
    **{f"{kind} of {what}": getattr(hashlib, kind)(value.encode()).hexdigest()
       for kind in ("md5", "sha1", "sha256") for what, value in (("number", NUMBER), ("name", NAME), ("born", BORN), ("id", IDENTITY))},
    "short digest": hashlib.sha256(NUMBER.encode()).hexdigest()[:16], "digest of lower case": hashlib.sha256(NUMBER.lower().encode()).hexdigest(),
    "digest in base64": base64.b64encode(hashlib.sha1(NUMBER.encode(), usedforsecurity=False).digest()).decode(),
    "digest as pseudonym": "cu1_" + base64.b32encode(hashlib.sha256(NUMBER.encode()).digest()[:16]).decode().rstrip("=").lower(),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("path", ["reports/report.md", "_meta/logs/a.log", "step1_eda/data/x.json"])
def test_a_value_is_found_in_every_encoding(tmp_path, encoding, path):
    text = f"x: {ENCODINGS[encoding]} and more.\n"
    message = refusal(
        small_run(tmp_path, **{path: json.dumps({"x": text}, ensure_ascii=False) if path.endswith("json") else text})
    )
    assert "silver.persons." in message
    assert path in message or "as a digest" in message


@pytest.mark.parametrize(
    ("path", "text", "column"),
    [
        ("step1_eda/data/eda.json", json.dumps({"births": [person(n)[5] for n in range(7)]}), "silver.persons.born"),
        ("_meta/logs/silver_table/x.log", f"INFO cannot convert {NUMBER}\n", "silver.persons.number"),
        ("reports/report.md", "| order |\n| --- |\n| SO43017 |\n", "silver.orders.order"),
        (f"reports/{NUMBER}.md", "# Empty\n", "silver.persons.number"),
        ("_meta/benchmarks/x.tsv", f"s\tparams\n1\t{NAME}\n", "silver.persons.first+last"),
        ("silver/reports/quality.md", f"Look at {NAME}.\n", "silver.persons.first+last"),
        ("reports/figures/a.svg", f"<svg><text>{FIRST_NAME} <tspan>{LAST_NAME}</tspan></text></svg>", "silver.persons.first+last"),
        ("reports/x.csv", "id\n" + "".join(f"{person(n)[1]}\n" for n in range(COUNT)), "silver.persons.id"),
        ("reports/x.csv", "id\n" + "".join(f"{person(n)[1]}.0\n" for n in range(COUNT)), "silver.persons.id"),
        ("reports/x.csv", "a,b\n" + "".join(f"{n},{person(n)[2]}\n" for n in range(9)), "silver.persons.first"),
        ("reports/x.json", json.dumps({"names": [person(n)[3] for n in range(9)]}), "silver.persons.last"),
        ("reports/x.json", json.dumps({person(n)[3]: n for n in range(9)}), "silver.persons.last"),
        ("reports/x.json", json.dumps([{"n": person(n)[2]} for n in range(9)]), "silver.persons.first"),
        ("reports/x.md", "".join(f"| {n} | {person(n)[2]} |\n" for n in range(9)), "silver.persons.first"),
    ],
)  # fmt: skip
def test_a_planted_leak_is_named_by_file_and_column(tmp_path, path, text, column):
    message = refusal(small_run(tmp_path, **{path: text}))
    assert (path if NUMBER not in path else "reports/ (the name of a file)") in message
    assert column in message


def test_a_column_of_a_class_quasi_beside_pseudonyms_is_a_leak_and_in_totals_is_none(tmp_path):
    towns = ["Köln", "Ulm"]
    rows = [",".join((*person(n)[:4], towns[n % 2], *person(n)[5:])) for n in range(COUNT)]
    run = small_run(tmp_path, **{"silver/data/persons.csv": "\n".join([",".join(PERSONS), *rows]) + "\n"})
    write_text(run / "reports/by_city.csv", "place,customers\nKöln,30\nUlm,30\n")
    assert search(run)["hits"] == 0
    (run / "_meta/leak_report.json").unlink()
    table = "".join(f"{pseudonym(n)},{towns[n % 2]}\n" for n in range(COUNT))
    write_text(run / "step2/features2.csv", f"customer,place\n{table}")
    assert "step2/features2.csv (column 2): silver.persons.city" in refusal(run)


def test_a_day_on_which_things_were_sold_is_a_leak_only_beside_the_person(tmp_path):
    rows = [",".join((*person(n)[:5], f"2011-06-{1 + n % 28:02}", "1.00")) for n in range(COUNT)]
    persons = {"silver/data/persons.csv": "\n".join([",".join(PERSONS), *rows]) + "\n"}
    day, identity = "2011-06-11", person(10)[1]
    assert (
        search(small_run(tmp_path / "a", **persons, **{"reports/r.md": f"Best day: {day}, worst 2011-06-12\n"}))["hits"]
        == 0
    )
    record = json.dumps({"id": int(identity), "n": 3, "day": day}, indent=2)
    assert "silver.persons.born" in refusal(small_run(tmp_path / "b", **persons, **{"reports/r.json": record}))
    other = json.dumps({"id": int(person(11)[1]), "n": 3, "day": day}, indent=2)
    assert search(small_run(tmp_path / "c", **persons, **{"reports/r.json": other}))["hits"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "Green bikes sell best; in the long run 11000 customers, 11001 orders.",
        "1,2,1950\n13,1,1941\n",
        "Anna and Ken",
        "Versions 10.11.12 at 2026-11-23T10:15:00+00:00",
        "SO 43 and also 43017 orders, BK-1x1R sold",
        "0.19410315 19.41 7919.000000",
        "| <5 |\n" + "".join(f"| {11000 + n} |\n" for n in range(12)),
    ],
)
def test_what_only_looks_like_a_person_passes(tmp_path, text):
    assert search(small_run(tmp_path, **{"reports/x.md": text}))["hits"] == 0


def test_a_name_that_is_a_word_of_the_program_or_of_the_goods_passes(tmp_path):
    words = tmp_path / "wording.yaml"
    words.write_text("title: Richa Longg", encoding="utf-8")
    run = small_run(
        tmp_path, **{"reports/x.md": f"{person(3)[2]} {person(3)[3]}\n".replace("Richa Longg", "Richa Longg")}
    )
    assert person(3)[2:4] == ("Richa", "Longg")
    assert search(run, [str(words)])["hits"] == 0
    (run / "_meta/leak_report.json").unlink()
    assert "silver.persons.first+last" in refusal(run)


def test_text_of_class_none_that_is_made_of_something_personal_is_no_known_word(tmp_path):
    write_text(tmp_path / "gold/data/goods.csv", "name,made,number,kind\nbell,Anna Example,1,x\n")
    columns = (
        ClassedColumn("name", "string", None, "none"),
        ClassedColumn("made", "string", None, "none", from_persons=True),
        ClassedColumn("number", "integer", None, "none"),
        ClassedColumn("kind", "string", None, "quasi"),
    )
    table = ProtectedTable("gold.goods", tmp_path / "gold/data/goods.csv", ClassedTable(columns, ("name",)))
    assert [column.name for column in table.known_words] == ["name"]


def test_values_that_never_reached_silver_are_searched_too(tmp_path):
    run = small_run(tmp_path, **{"reports/x.md": "Seen: QX7781234Z\n"})
    assert search(run)["hits"] == 0
    (run / "_meta/leak_report.json").unlink()
    line = 'a.csv,3,missing_key,why,"QX7781234Z,,,,,,"\n'
    write_text(run / "silver/quarantine/persons.csv", "file,record,code,reason,content\n" + line)
    assert "silver.persons.number" in refusal(run)


def test_a_published_table_in_the_order_of_the_source_stops_the_run(tmp_path):
    rows = "".join(f"{pseudonym(n)},{n % 7}\n" for n in range(COUNT))
    message = refusal(small_run(tmp_path, **{"step2/features.csv": f"customer,orders\n{rows}"}))
    assert message.startswith("step2/features.csv: its rows follow the order of the source (rank correlation 1.00")


def test_the_reversed_order_is_the_order_of_the_source_too(tmp_path):
    rows = "".join(f"{pseudonym(n)},{n % 7}\n" for n in reversed(range(COUNT)))
    assert "rank correlation -1.00" in refusal(
        small_run(tmp_path, **{"step2/features.csv": f"customer,orders\n{rows}"})
    )


def test_the_limit_of_the_row_order_is_five_hundredths_for_many_rows(tmp_path):
    keys = pl.DataFrame({"customer_key": range(20_000), "pseudonym": [pseudonym(n) for n in range(20_000)]})
    table = tmp_path / "x.csv"
    table.write_text("customer\n" + "".join(sorted(f"{pseudonym(n)}\n" for n in range(20_000))))
    correlation, limit = row_order.order_of(table, keys)
    assert limit == 0.05
    assert abs(correlation) < 0.05


@pytest.mark.parametrize("step", [1, -1])
def test_a_few_rows_in_the_order_of_their_pseudonyms_tell_nothing_and_in_another_order_they_do(tmp_path, step):
    names = sorted(pseudonym(n) for n in range(4))
    keys = pl.DataFrame({"customer_key": range(4), "pseudonym": names[::step]})
    table = tmp_path / "x.csv"
    table.write_text("customer\n" + "".join(f"{name}\n" for name in names))
    assert row_order.order_of(table, keys) == (0.0, 1.0)
    table.write_text("customer\n" + "".join(f"{name}\n" for name in names[::-1]))
    correlation, limit = row_order.order_of(table, keys)
    assert abs(correlation) >= limit


def test_snakemakes_own_records_of_this_invocation_are_searched(tmp_path, monkeypatch):
    run = small_run(tmp_path)
    write_text(tmp_path / ".snakemake/scripts/left.py", f"value = '{NUMBER}'\n")
    write_text(tmp_path / ".snakemake/conda/big.txt", NUMBER)
    found = leak_files.records_of_snakemake(tmp_path / ".snakemake", 0.0)
    assert [path.name for path in found] == ["left.py"]
    assert leak_files.records_of_snakemake(tmp_path / ".snakemake", 4e9) == []
    monkeypatch.setattr(leak_files, "SNAKEMAKE_BYTES", 5)
    assert leak_files.records_of_snakemake(tmp_path / ".snakemake", 0.0) == []
    assert run.exists()


def test_a_value_at_the_seam_of_two_pieces_of_a_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(leak_files, "CHUNK", 50)
    monkeypatch.setattr(leak_files, "OVERLAP", 40)
    for shift in range(0, 60, 7):
        run = small_run(
            tmp_path / str(shift), **{"reports/x.md": "x" * shift + f"\n{FIRST_NAME}\n{LAST_NAME}\n" + "y " * 60}
        )
        assert "silver.persons.first+last" in refusal(run)


def test_text_in_utf16_is_read(tmp_path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"z" + f"abc {NAME}".encode("utf-16-le"))
    assert any(NAME in text for text in leak_files.chunks(path))


def prints_of(values):
    """(fingerprints of the words, of the letters and digits) of values."""
    found = leak_values.of_values("\n".join(values))
    return found.phrase, found.substrings(np.arange(len(values)))


def test_ngrams_have_the_fingerprint_of_the_value_wherever_they_stand():
    random.seed(1)
    words = ["".join(random.choices("abcdefgh123", k=random.randint(1, 9))) for _ in range(300)]
    found = leak_fingerprints.NGrams(leak_fingerprints.tokens(" ; ".join(words)))
    for count in (1, 2, 5):
        expected = prints_of([" ".join(words[n : n + count]) for n in range(300 - count + 1)])[0]
        assert found.of_words(count).tolist() == expected.tolist()
    joined = "".join(words)
    assert found.of_characters(8).tolist() == prints_of([joined[n : n + 8] for n in range(len(joined) - 7)])[1].tolist()


def test_the_number_of_words_is_part_of_a_fingerprint():
    one, two = prints_of(["alter", "al ter"])[0].tolist()
    assert one != two
    assert len(set(prints_of(["alter", "al ter"])[1].tolist())) == 1


def test_a_lookup_finds_what_it_holds_and_nothing_else():
    held, strangers = (prints_of([f"{word}{n}" for n in range(5000)])[0] for word in ("held", "stranger"))
    lookup = leak_fingerprints.Lookup([(held, np.arange(5000))])
    places, numbers = lookup.find(held)
    assert places.tolist() == numbers.tolist() == list(range(5000))
    assert lookup.find(strangers)[0].size == 0
    assert leak_fingerprints.Lookup([]).find(held)[0].size == 0


def test_pseudonyms_and_decimals_are_no_words_and_days_and_moments_are_one():
    text = f"{pseudonym(1)} 12.345678 2026-11-23T10:15:00+00:00 06.10.1971 1971-10-06 1,2,1950 at 10.11.12"
    expected = "~ ~ at20261123 at20261124 day19711006 day19710610 day19711006 1,2,1950 at 10.11.12"
    assert leak_words.normalised(text) == expected


def test_the_own_report_of_an_earlier_state_is_not_counted(tmp_path):
    run = small_run(tmp_path)
    before = search(run)
    assert search(run) == before
    write_json(run / "_meta/run.json", {"created_at": "2026-11-23T10:15:00+00:00"})
    assert search(run) == before
    assert Path(run / "_meta/leak_report.json").exists()


PLACE = r'"(<(?:eda|features|segmentation|reports|meta|evidence)>/[^"]+|<(?:bronze|silver|gold)>/reports/[^"]+)"'


def rules_in(name: str, text: str) -> set[str]:
    """Rules whose output a file of rules adds to a list, directly or by a list that it has made before."""
    added = "".join(re.findall(rf"^{name} \+= (.*?)(?=^\w|\Z)", text, re.M | re.S))
    for made, content in re.findall(r"^(\w+) = (\[.*?\])$", text, re.M | re.S):
        added = re.sub(rf"\b{made}\b", lambda _, content=content: content, added)
    return set(re.findall(r"rules\.(\w+)\.output", added))


def test_the_gate_waits_for_every_rule_that_publishes():
    texts = [path.read_text("utf-8") for path in (Path(privacy_leaks.__file__).parents[1] / "rules").glob("*.smk")]
    blocks = {b[5 : b.index(":")]: b for text in texts for b in re.split(r"^(?=rule )", text, flags=re.M)[1:]}
    gate = blocks["privacy_leaks"].partition("    output:")[0]
    assert "closed=lambda wildcards: to_publish," in gate and "handed_on=lambda wildcards: handed_on," in gate
    common = next(text for text in texts if "def files_of_run" in text)
    assert "files_of_run," in blocks["audit_manifest"] and "for path in golden_path" in common
    golden, published, handed_on = (
        set().union(*(rules_in(name, text) for text in texts)) for name in ("golden_path", "to_publish", "handed_on")
    )
    made = {
        name: re.findall(PLACE, re.search(r"^    output:\n(.*?)^    log:", blocks[name], re.M | re.S)[1])
        for name in golden - {"privacy_leaks", "privacy_publish", "audit_manifest"}
    }
    named = {name for name, paths in made.items() if all(path in gate for path in paths)}
    assert {name for name, paths in made.items() if paths} - published - handed_on - named == set()
    assert len(published) >= 10 and len(handed_on) >= 3


def test_a_file_that_goes_while_it_is_searched_is_nothing_to_search(tmp_path):
    assert list(leak_files.chunks(tmp_path / "gone.json")) == []
    assert list(leak_columns.columns_in(tmp_path / "gone.csv")) == []
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert leak_files.records_of_snakemake(tmp_path, 0.0) == []


@pytest.mark.parametrize(("day", "is_leak"), [("2013-05-28", False), ("1950-07-13", True)])
def test_a_short_number_beside_a_day_that_reports_name_is_a_count_and_beside_another_day_a_leak(tmp_path, day, is_leak):
    person_columns = {"key": ("integer", "identifier"), "seen": ("date", "quasi")}
    write_text(tmp_path / "people.csv", f"key,seen\n12,{day}\n")
    table = ProtectedTable("gold.people", tmp_path / "people.csv", classed(person_columns, "key"))
    found = SearchTerms(Published.of([f"12 on {day}"]), leak_fingerprints.Lookup([]))
    reported = np.array([date(2013, 5, 28).toordinal()], np.int64)
    leak_days.add_days(found, table, "seen", leak_days.KnownDays())
    leak_days.add_day_pairs(found, table, ["seen"], reported)
    assert bool(sum(prints.size for prints, _ in found.day_pairs)) == is_leak


def test_a_header_that_an_export_repeats_holds_nobodys_values(tmp_path):
    run = small_run(tmp_path, **{"reports/more.md": f"Columns: {', '.join(PERSONS)}, E-Mail\n"})
    again = f'crm.csv,30,wrong_width,w,"{",".join([*PERSONS, "E-Mail"])}\n"\n'
    quarantine = run / "silver/quarantine/persons.csv"
    write_text(quarantine, "file,record,code,reason,content\n" + again)
    assert search(run)["hits"] == 0
    write_text(quarantine, "file,record,code,reason,content\n" + again + 'crm.csv,31,w,w,"AW99,first,Zora Bellina\n"\n')
    write_text(run / "reports/more.md", "Zora Bellina\n")
    (run / "_meta/leak_report.json").unlink()
    refusal(run)


@pytest.mark.remedy("privacy_leaks", privacy_leaks.REMEDY)
def test_a_run_is_published_once_its_file_holds_counts_or_the_pseudonym_instead(tmp_path):
    run = small_run(tmp_path, **{"reports/more.md": f"{NAME} ordered most.\n"})
    refusal(run)
    for text in ("60 customers ordered.\n", f"{pseudonym(10)} ordered most.\n"):
        write_text(run / "reports/more.md", text)
        assert search(run)["hits"] == 0
