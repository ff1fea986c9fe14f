"""The attacks that once passed the leak gate, one a file of a run: each is found, and named with its place."""

import base64
import contextlib
import csv
import hashlib
import html
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from test_privacy_leaks import classed, pseudonym, write_text

import privacy_leaks
from elt.faults import Fault
from elt.files import read_yaml
from elt.privacy import leak_files
from elt.protection import pseudonyms
from elt.run import settings
from elt.run.controller import AcknowledgedFind, ControllerStatements

pytestmark = pytest.mark.slow

PERSONS = {
    "number": ("string", "identifier"), "first": ("string", "direct"), "last": ("string", "direct"),
    "phone": ("string", "direct"), "born": ("date", "quasi"), "country": ("string", "quasi"),
}  # fmt: skip
PEOPLE = [
    ("KD4711007", "Jörg", "Müller", "0171 2345678", "1933-02-11", "Germany"),
    ("KD4711008", "Anna Maria", "Green", "+49 (0)30/7654321", "1999-02-22", "Austria"),
    ("KD4711009", "Germany", "Austria", "0049 89 12345678", "1951-06-30", "Germany"),
    ("KD4711010", "Łukasz", "von der Berg", "", "1967-08-01", "Austria"),
    *((f"KD{5000000 + 7919 * n}", f"Xaver{'abcdefghijklmnopqrst'[n]}", f"Quast{'abcdefghijklmnopqrst'[n]}", "",
       f"19{40 + n}-03-0{1 + n % 9}", "United States") for n in range(20)),
]  # fmt: skip
ORDERS = {"order": ("string", "identifier"), "day": ("date", "quasi"), "article": ("string", "none")}
TABLES = {"silver.persons": classed(PERSONS, "number"), "silver.orders": classed(ORDERS, "order")}
QUARANTINE = [
    "KD9900001,Wilhelmine,Ottendorfer",
    "Zacharias;Unterberger;02.05.1944;zuviel;noch mehr;KD9900002;x;y;z",
    "KD9900003\tFriederike Bodenstein\t0172 9988776",
]


def rows_of(columns, rows):
    """A table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(columns), *rows])
    return text.getvalue()


def made_run(folder, **published):
    """A run with these persons, some records in quarantine, and published files."""
    run = folder / "artifacts/runs/r"
    write_text(run / "silver/data/persons.csv", rows_of(PERSONS, PEOPLE))
    orders = [(f"SO{43000 + n}", f"2019-05-{1 + n % 28:02}", f"BK-{n % 7}") for n in range(40)]
    write_text(run / "silver/data/orders.csv", rows_of(ORDERS, orders))
    kept = {"persons": [("a.csv", n, "wrong_width", "why", text) for n, text in enumerate(QUARANTINE)], "orders": []}
    for table, rows in kept.items():
        write_text(run / f"silver/changes/{table}.csv", "file,record,column,rule,before,after\n")
        heads = ("file", "record", "code", "reason", "content")
        write_text(run / f"silver/quarantine/{table}.csv", rows_of(heads, rows))
    names = [(n, pseudonym(n)) for n in range(len(PEOPLE))]
    write_text(run / "gold/data/customer_pseudonyms.csv", rows_of(("customer_key", "pseudonym"), names))
    for path, text in published.items():
        write_text(run / path, text)
    return run


def gate(run, **more):
    """The rule's main."""
    privacy_leaks.main(
        tables=TABLES,
        pseudonym_table=str(run / "gold/data/customer_pseudonyms.csv"),
        known_days=[],
        output=run / "_meta/leak_report.json",
        snakemake_folder=run / "none",
        **{"own_words": [], **more},
    )
    return json.loads((run / "_meta/leak_report.json").read_text("utf-8"))


def finds_of(run):
    """File -> columns of all finds of a run."""
    finds = {}

    def told(found, way_out):
        for find in found:
            finds.setdefault(find.file, set()).add(find.column)
        return Fault("x", "x", "x")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(privacy_leaks, "leak_fault", told)
        with contextlib.suppress(Fault):
            gate(run)
    return finds


BORN, NAME, LAST = "silver.persons.born", "silver.persons.first+last", "silver.persons.last"
PHONE, NUMBER, REJECTED = "silver.persons.phone", "silver.persons.number", "silver.persons (quarantine)"
SOFT, ZERO = "\u00ad", "\u200b"
ATTACKS = {
    "timestamp": ("born 1933-02-11 00:00:00", BORN), "timestamp with T": ("born=1933-02-11T00:00:00;", BORN),
    "timestamp with zone": ("1933-02-11T00:00:00+01:00", BORN), "with milliseconds": ("1933-02-11T00:00:00.000Z", BORN),
    "midnight in another zone": ("1933-02-10T23:00:00Z", BORN), "minutes": ("1933-02-11 00:00", BORN),
    "hour of birth": ("1933-02-11 14:35:12", BORN), "basic format": ("19330211T000000Z", BORN),
    "digits": ("19330211000000", BORN), "German timestamp": ("11.02.1933 00:00:00", BORN),
    "slashes": ("1933/02/11 00:00:00", BORN), "zone by name": ("1933-02-11T00:00:00[Europe/Berlin]", BORN),
    "seconds since 1970": (f"born: {-13473 * 86400}", BORN), "milliseconds": (f'{{"born": {-13473 * 86400000}}}', BORN),
    "seconds later": (str(10644 * 86400), BORN), "Python day": ("datetime.date(1933, 2, 11)", BORN),
    "Python moment": ("Timestamp('1933-02-11 00:00:00')", BORN), "in a name": ("dob_1933-02-11_x", BORN),
    "ordinal": ("February 11th, 1933", BORN), "of": ("11th of February 1933", BORN), "short month": ("11-Feb-1933", BORN),
    "no-break hyphens": ("1933\u201102\u201111", BORN), "zero width in a day": (f"1933-{ZERO}02-{ZERO}11", BORN),
    "telephone without grouping": ("call 01712345678.", PHONE), "slash": ("0171/23 45 678", PHONE),
    "pairs": ("01 71 23 45 67 8", PHONE), "country": ("+49 171 2345678", PHONE), "brackets": ("(0171) 2345-678", PHONE),
    "both": ("+49 (0)171 23 45 678", PHONE), "two zeros": ("0049171-2345678", PHONE), "dots": ("0171.234.5678", PHONE),
    "as in the file": ("0171 2345678", PHONE), "home": ("030 7654321", PHONE), "home bare": ("0307654321", PHONE),
    "abroad": ("+49-89-1234-5678", PHONE), "followed by a number": ("0171 2345678 10 times", PHONE),
    "JSON escaped twice": ("J\\\\u00f6rg M\\\\u00fcller", NAME), "four times": ("J\\\\\\\\u00f6rg M\\\\\\\\u00fcller", NAME),
    "HTML twice": (html.escape("J&ouml;rg M&uuml;ller"), NAME), "thrice": ("J&amp;amp;ouml;rg M&amp;amp;uuml;ller", NAME),
    "URL twice": (quote(quote("Jörg Müller")), NAME), "URL of HTML": (quote("J&ouml;rg M&uuml;ller"), NAME),
    "HTML of URL": ("J&#37;C3%B6rg&#37;20M&#37;C3%BCller", NAME), "Python bytes": (r"J\xc3\xb6rg M\xc3\xbcller", NAME),
    "Python text": (r"J\xf6rg M\xfcller", NAME), "JavaScript": (r"J\u{f6}rg M\u{fc}ller", NAME),
    "zero width": (f"J{ZERO}örg M{ZERO}üller", NAME), "soft hyphens": (f"Jörg Mül{SOFT}ler", NAME),
    "zero width between": (f"Jörg{ZERO}Müller", NAME), "word joiner": ("Jö\u2060rg Müller", NAME),
    "soft hyphen of HTML": ("<p>J&ouml;rg M&uuml;l&shy;ler</p>", NAME), "wbr": ("<p>Jörg Mül<wbr>ler</p>", NAME),
    "zero width in a key": (f"KD47{ZERO}11007", NUMBER), "byte order mark": ("Jörg\ufeff Müller", NAME),
    "misread": ("Jörg Müller".encode().decode("cp1252"), NAME), "misread as Latin 1": ("Jörg Müller".encode().decode("latin-1"), NAME),
    "misread far within a line": (f"‰ {'word ' * 900}{'Jörg Müller'.encode().decode('cp1252')}{' word' * 900} ü", NAME),
    "misread twice": ("Jörg Müller".encode().decode("cp1252").encode().decode("cp1252"), NAME),
    "misread as DOS": ("Jörg Müller".encode().decode("cp850"), NAME), "misread on a Mac": ("Jörg Müller".encode().decode("mac-roman"), NAME),
    "DOS for Windows": ("Jörg Müller".encode("cp1252").decode("cp850"), NAME),
    "Windows for DOS": ("J”rg M\x81ller", NAME),
    "replacement": ("J\ufffdrg M\ufffdller", NAME), "question marks": ("J?rg M?ller", NAME), "dropped": ("Jrg Mller", NAME),
    "misread Pole": ("Ĺ\x81ukasz von der Berg", NAME),
    "glued": ("user JörgMüller logged in", NAME), "glued in lower case": ("joergmueller", NAME), "glued in upper case": ("JOERGMUELLER", NAME),
    "glued last first": ("MüllerJörg", NAME), "glued with a number": ("JörgMüller1933", NAME), "glued in lower case with a number": ("jörgmüller33", NAME),
    "file": ("photo_JörgMüller.jpg", NAME), "camel case": ("avatarJörgMüllerSmall", NAME), "glued two": ("AnnaMariaGreen", NAME),
    "glued initials": ("annamaria.green@example.org", NAME), "snake case": ("jörg_müller", NAME),
    "middle name": ("Jörg Wolfgang Müller", NAME), "middle initial": ("Jörg W. Müller", NAME), "initial in lower case": ("jörg w müller", NAME),
    "two middle names": ("Jörg Wolfgang Amadeus Müller", NAME), "particle": ("Jörg van der Müller", NAME),
    "middle name dropped": ("Anna Green", NAME), "second first name": ("Maria Green", NAME), "initial of the middle": ("Anna M. Green", NAME),
    "particles dropped": ("Łukasz Berg", NAME), "middle name in capitals": ("JÖRG WOLFGANG MÜLLER", NAME),
    "middle last first": ("Müller, Jörg Wolfgang", NAME),
    **{f"{name} of {what}": (make(value.encode()).hexdigest(), column)
       for name, make in (("SHA-512", hashlib.sha512), ("BLAKE2b", hashlib.blake2b), ("BLAKE2s", hashlib.blake2s),
                          ("BLAKE2b-256", lambda raw: hashlib.blake2b(raw, digest_size=32)), ("SHA-256", hashlib.sha256))
       for what, value, column in (("a number", "KD4711007", NUMBER), ("a name", "Jörg Müller", NAME), ("a day", "1933-02-11", BORN))},
    "SHA-512 in base64": (base64.b64encode(hashlib.sha512(b"KD4711007").digest()).decode(), NUMBER),
    "short BLAKE2b": (hashlib.blake2b(b"kd4711007").hexdigest()[:20], NUMBER),
    "quarantined number": ("KD9900001", REJECTED), "quarantined name": ("Wilhelmine Ottendorfer", REJECTED),
    "other width": ("Unterberger, Zacharias", REJECTED), "quarantined day": ("1944-05-02", REJECTED), "quarantined key": ("KD9900002", REJECTED),
    "one cell": ("Bodenstein, Friederike", REJECTED), "tabs": ("KD9900003", REJECTED), "quarantined phone": ("+49 172 9988776", REJECTED),
    "quarantined glued": ("WilhelmineOttendorfer", REJECTED),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """File -> columns found, in a run with all attacks, each in a file of its own of three kinds."""
    files = {}
    for number, (text, _) in enumerate(ATTACKS.values()):
        files[f"reports/a{number}.md"] = f"Seen here: {text} and more.\n"
        files[f"reports/b{number}.json"] = json.dumps({"seen": text, "more": [1, 2]}, ensure_ascii=False)
        files[f"reports/c{number}.html"] = f"<table><tr><td>seen</td><td>{text}</td></tr></table>"
        files[f"reports/d{number}.csv"] = rows_of(("a", "b"), [("seen", text)])
    return finds_of(made_run(tmp_path_factory.mktemp("attacks"), **files))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_in_every_kind_of_file(found, name):
    number, column = list(ATTACKS).index(name), ATTACKS[name][1]
    missed = {kind for kind in ("a{}.md", "b{}.json", "c{}.html", "d{}.csv")
              if column not in {c.replace("persons.last", "persons.first+last") for c in found.get(f"reports/{kind.format(number)}", ())}}  # fmt: skip
    assert missed == set()


HARMLESS = {
    "two labels": ("reports/f.svg", "<svg><g><text>Germany</text></g><g><text>Austria</text></g></svg>"),
    "neighbouring labels": ("reports/f.svg", "<svg><text>Germany</text><text>Austria</text></svg>"),
    "cells of HTML": ("reports/f.html", "<table><tr><td>Germany</td><td>Austria</td></tr></table>"),
    "list of HTML": ("reports/f.html", "<ul><li>Germany</li><li>Austria</li></ul>"),
    "escaped cells of HTML": ("reports/f.json", json.dumps({"x": "<td>Germany</td><td>Austria</td>"})),
    "cells of Markdown": ("reports/f.md", "| land | next |\n| --- | --- |\n| Germany | Austria |\n"),
    "rows of Markdown": ("reports/f.md", "| land |\n| --- |\n| Germany |\n| Austria |\n"),
    "list of Markdown": ("reports/f.md", "- Germany\n- Austria\n"),
    "headings": ("reports/f.md", "# Germany\n\nAustria\n"),
    "cells": ("reports/f.csv", "a,b\nGermany,Austria\n"),
    "rows": ("reports/f.csv", "a\nGermany\nAustria\n"),
    "quoted cells": ("reports/f.csv", '"a","b"\n"Germany","Austria"\n'),
    "tabs": ("_meta/benchmarks/f.tsv", "a\tb\nGermany\tAustria\n"),
    "list of JSON": ("reports/f.json", json.dumps(["Germany", "Austria"])),
    "lines of JSON": ("reports/f.json", json.dumps({"a": ["Germany", "Austria"]}, indent=2)),
    "list of YAML": ("reports/f.yaml", "land:\n- Germany\n- Austria\n"),
    "figure in base64": (
        "reports/f.html",
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(b"<svg><text>Germany</text><text>Austria</text></svg>").decode()}">',
    ),
    "digest": ("reports/f.md", "sha256 " + "ab" * 10 + "4711007c" + "de" * 16),
    "digest that holds a key": ("reports/f.md", "0" * 12 + "cd4711007cd" + "0" * 41),
    "clock": ("_meta/logs/f.log", "1980-01-01T10:20:30+00:00 INFO 10 rows"),
    "country": ("reports/f.md", "United States: 20 customers, Germany: 2, Austria: 2; Germany and Austria"),
    "numbers": ("reports/f.md", "1 2 3 4 5 6 7 8 9 10 11 12 and 18484 18485 18486 in 2013 05 28"),
    "words between": ("reports/f.md", "Anna buys green helmets. Germany has Austria beside it."),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_a_person_passes(tmp_path, name):
    path, text = HARMLESS[name]
    assert finds_of(made_run(tmp_path, **{path: text})) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("reports/f.svg", "<svg><text>Germany Austria</text></svg>"),
        ("reports/f.html", "<table><tr><td><b>Germany</b> Austria</td></tr></table>"),
        ("reports/f.md", "| Germany Austria |\n"),
        ("reports/f.md", "to Germany\nAustria by mail\n"),
        ("reports/f.csv", 'a\n"Austria, Germany"\n'),
        ("reports/f.json", json.dumps({"a": "Germany, Austria"})),
        ("reports/f.yaml", "land: Germany\n  Austria\n"),
    ],
)
def test_within_one_stretch_the_same_words_are_a_name(tmp_path, path, text):
    assert finds_of(made_run(tmp_path, **{path: text})) == {path: {"silver.persons.first+last"}}


def test_no_figure_of_the_pipeline_holds_a_day(tmp_path):
    from elt.report import figures

    figure = figures.new_figure(3, 2)
    figure.subplots().set_title("Germany and Austria")
    run = made_run(tmp_path)
    figures.save_svg(figure, run / "reports/figures/f.svg")
    assert "1999" in Path(run / "reports/figures/f.svg").read_text("utf-8")  # of the address of links, without a day
    assert finds_of(run) == {}


KEY = bytes.fromhex("8f3ac2017be95d46a0c1f27788b3e4590d62fe1c947a3b05d8e6219f50c7ab34")


def way_out(folder, *entries):
    """The way out with some entries."""
    key_file = folder / ".env"
    key_file.write_text(f"{pseudonyms.NAME}={KEY.hex()}\n", encoding="ascii")
    key_file.chmod(0o600)
    return privacy_leaks.WayOut([AcknowledgedFind(**entry) for entry in entries], "config/shop/privacy.yaml", key_file)


def refusal(run, out):
    """The message of a run that is stopped, without any value of a person."""
    with pytest.raises(Fault) as caught:
        gate(run, way_out=out)
    message = str(caught.value)
    for row in PEOPLE:
        for value in (row[0], row[3], row[4], f"{row[1]} {row[2]}"):
            assert not value or value not in message
    return message


def entries_of(message):
    """The entries that a message gives to paste."""
    pasted = yaml.safe_load(re.search(r"acknowledged_finds: \[.*\]", message)[0])["acknowledged_finds"]
    return [entry | {"why": "two countries beside each other"} for entry in pasted]


SVG = "<svg><text>Germany Austria</text></svg>"
PLACES = {
    "reports/f.svg": (SVG, "line 1, element text"),
    "reports/f.csv": ("a,b\n1,2\n3,Germany Austria\n", "line 3, column 2"),
    "reports/f.md": ("# R\n\n| a | b |\n| --- | --- |\n| 1 | Germany Austria |\n", "line 5, cell 2"),
    "reports/f.html": ("<p>a</p>\n<table><tr><td>1</td><td>Germany Austria</td></tr></table>", "line 2, element td"),
    "reports/f.json": ('{\n "a": 1,\n "b": "Germany Austria"\n}', "line 3"),
    "_meta/logs/f.log": ("INFO a\nINFO b\nINFO to Germany Austria\n", "line 3"),
}


@pytest.mark.remedy(
    "privacy_leaks",
    "Look in the step that makes this file for what takes values of that column over; publish counts, groups or the "
    "pseudonym instead. Nothing was published; the file lies in the closed place of the run, _closed/. If you have looked "
    "and what stands there is no person's, acknowledge it: put what follows, with your reason (where the key is there "
    "already, add to its list; the log has an entry for every find), into …: …: […]",
)
@pytest.mark.parametrize("path", PLACES)
def test_a_find_names_its_place_and_the_entry_of_its_message_acknowledges_it(tmp_path, path):
    text, place = PLACES[path]
    run = made_run(tmp_path, **{path: text})
    message = refusal(run, way_out(tmp_path))
    assert f"{path} ({place}): silver.persons.first+last" in message
    assert "config/shop/privacy.yaml" in message
    entries = entries_of(message)
    assert [(entry["file"], entry["place"], entry["column"]) for entry in entries] == [
        (path, place, "silver.persons.first+last")
    ]
    report = gate(run, way_out=way_out(tmp_path, *entries))
    assert report["hits"] == 0
    assert report["acknowledged"] == {"finds": 1, "entries_without_find": 0}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("reports/g.svg", SVG),
        ("reports/f.svg", "<svg><text>Germany Austria</text><desc>Germany Austria</desc></svg>"),
        ("reports/f.svg", "<svg><text>Germany Austria</text><text>Customer Germany Austria</text></svg>"),
        ("reports/f.svg", "<svg><text>Germany Austria</text><text>Jörg Müller</text></svg>"),
        ("reports/f.svg", "<svg><text>Germany Austria</text><text>GermanyAustria</text></svg>"),
        ("reports/f.svg", "<svg><text>Austria Germany</text></svg>"),
        ("reports/f.svg", "<svg><text>Germany Austria KD4711009</text></svg>"),
    ],
)
def test_an_acknowledged_find_hides_no_other(tmp_path, path, text):
    first = made_run(tmp_path / "a", **{"reports/f.svg": SVG})
    entries = entries_of(refusal(first, way_out(tmp_path)))
    run = made_run(tmp_path / "b", **{"reports/f.svg": SVG, path: text})
    message = refusal(run, way_out(tmp_path, *entries))
    assert len(entries_of(message)) >= 1
    assert entries[0]["hash"] not in {entry["hash"] for entry in entries_of(message)}


def test_an_acknowledgement_holds_when_numbers_and_lines_around_it_change(tmp_path):
    before = made_run(tmp_path / "a", **{"reports/f.md": "# R\n\nSold 12 in Germany, Austria 9.\n"})
    after = made_run(tmp_path / "b", **{"reports/f.md": "# R\n\nMore.\n\nSold 1,312 in Germany, Austria 10.5.\n"})
    entries = entries_of(refusal(before, way_out(tmp_path)))
    assert gate(after, way_out=way_out(tmp_path, *entries))["acknowledged"]["finds"] == 1


@pytest.mark.remedy("privacy_leaks", "remove them", line=True)
def test_an_entry_that_meets_nothing_is_counted_and_one_of_another_key_acknowledges_nothing(tmp_path):
    run = made_run(tmp_path, **{"reports/f.svg": SVG})
    entries = entries_of(refusal(run, way_out(tmp_path)))
    clean = made_run(tmp_path / "clean")
    assert gate(clean, way_out=way_out(tmp_path, *entries))["acknowledged"] == {"finds": 0, "entries_without_find": 1}
    assert gate(clean, way_out=way_out(tmp_path))["acknowledged"] == {"finds": 0, "entries_without_find": 0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.KEY", KEY[::-1])
        refusal(run, way_out(tmp_path, *entries))


def test_all_finds_of_a_run_can_be_acknowledged_from_the_log(tmp_path, caplog):
    words = ("alpha", "beta", "gamma", "delta", "kappa", "sigma", "omega", "theta", "lambda", "iota", "zeta", "rho")
    texts = "".join(f"<text>{word} Germany Austria</text>\n" for word in words)
    run = made_run(tmp_path, **{"reports/f.svg": f"<svg>{texts}</svg>"})
    message = refusal(run, way_out(tmp_path))
    assert "and 2 more" in message
    lines = [record.getMessage() for record in caplog.records if "acknowledged_finds: - {" in record.getMessage()]
    entries = [yaml.safe_load(line.partition(": - ")[2]) | {"why": "words"} for line in lines]
    assert gate(run, way_out=way_out(tmp_path, *entries))["acknowledged"]["finds"] == 12


WHOLE = "customer,n\n" + "".join(f"{row[2]},{n}\n" for n, row in enumerate(PEOPLE[4:14]))


def test_a_whole_column_is_acknowledged_for_these_values_alone(tmp_path):
    run = made_run(tmp_path, **{"reports/f.csv": WHOLE})
    message = refusal(run, way_out(tmp_path))
    assert "reports/f.csv (column 1): silver.persons.last" in message
    entries = entries_of(message)
    assert gate(run, way_out=way_out(tmp_path, *entries))["acknowledged"]["finds"] == 1
    more = made_run(tmp_path / "more", **{"reports/f.csv": WHOLE + f"{PEOPLE[15][2]},5\n"})
    refusal(more, way_out(tmp_path, *entries))


def test_the_name_of_a_file_is_acknowledged_without_naming_it(tmp_path):
    run = made_run(tmp_path, **{"reports/germany_austria.svg": "<svg/>"})
    message = refusal(run, way_out(tmp_path))
    assert "reports/ (the name of a file) (the name of a file): silver.persons.first+last" in message
    assert gate(run, way_out=way_out(tmp_path, *entries_of(message)))["acknowledged"]["finds"] == 1


def test_an_entry_as_the_message_gives_it_needs_a_reason_and_nothing_else(tmp_path):
    run = made_run(tmp_path, **{"reports/f.svg": SVG})
    entry = entries_of(refusal(run, way_out(tmp_path)))[0]
    schema = read_yaml("config/company.schema.yaml")
    part = schema["properties"]["privacy.yaml"] | {"$defs": schema["$defs"]}
    assert list(settings.schema_faults({"acknowledged_finds": [entry]}, part)) == []
    faults = list(settings.schema_faults({"acknowledged_finds": [entry | {"why": "<reason>"}]}, part))
    assert len(faults) == 1 and "write why it is no leak instead of <reason>" in faults[0]
    assert ControllerStatements.of({"acknowledged_finds": [entry]}).acknowledged_finds == (AcknowledgedFind(**entry),)


def test_the_words_of_a_reason_make_no_name_known(tmp_path):
    statements = tmp_path / "privacy.yaml"
    statements.write_text("measures: none\nacknowledged_finds: [{why: Germany Austria}]\n", encoding="utf-8")
    run = made_run(tmp_path, **{"reports/f.md": "Germany Austria\n"})
    with pytest.raises(Fault):
        gate(run, own_words=[str(statements)])
    statements.write_text("measures: Germany Austria\n", encoding="utf-8")
    assert gate(run, own_words=[str(statements)])["hits"] == 0


OTHERS = {
    "the word of a template": ("Top", "Kunden", "Unsere Top Kunden im Mai"),
    "a month": ("May", "August", "Best months: May, August"),
    "a product": ("Road", "Bike", "Road Bike sells"),
    "a segment": ("Loyal", "Regulars", "Loyal regulars: 12"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_customer_called_like_something_else_has_a_way_out(tmp_path, name):
    first, last, text = OTHERS[name]
    run = made_run(tmp_path, **{"reports/f.md": f"{text}\n"})
    write_text(run / "silver/data/persons.csv", rows_of(PERSONS, [*PEOPLE, ("KD8", first, last, "", "", "")]))
    message = refusal(run, way_out(tmp_path))
    assert gate(run, way_out=way_out(tmp_path, *entries_of(message)))["acknowledged"]["finds"] == 1


def test_a_day_and_a_number_that_stand_there_for_another_reason_have_a_way_out(tmp_path):
    text = "Standard of 1999-02-22, version 2 of 4711007000.\n"
    run = made_run(tmp_path, **{"reports/f.md": text})
    write_text(run / "silver/data/persons.csv", rows_of(PERSONS, [*PEOPLE, ("4711007000", "A", "B", "", "", "")]))
    message = refusal(run, way_out(tmp_path))
    assert len(entries_of(message)) == 2
    assert gate(run, way_out=way_out(tmp_path, *entries_of(message)))["acknowledged"]["finds"] == 2
    (run / "_meta/leak_report.json").unlink()
    write_text(run / "reports/f.md", text.replace("1999-02-22", "1933-02-11"))
    refusal(run, way_out(tmp_path, *entries_of(message)))


def test_the_place_of_a_find_in_a_long_file_is_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(leak_files, "CHUNK", 4000)
    rows = [f"{n},{n * 7},word{n}" for n in range(3000)]
    rows[2500] = "2500,1,KD4711007"
    run = made_run(tmp_path, **{"reports/f.csv": "a,b,c\n" + "\n".join(rows) + "\n"})
    assert "reports/f.csv (line 2502, column 3): silver.persons.number" in refusal(run, way_out(tmp_path))
