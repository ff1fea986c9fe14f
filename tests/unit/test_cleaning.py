"""The contract engine on frames: texts, reasons and repeated keys, without files."""

import random

import polars as pl
import pytest
from one_table import contract, field

from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.silver import cleaning, deduplication, trimming


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Anna", "Anna"),
        ("  Anna\t\r\n", "Anna"),
        ("\u00a0Anna\u202f\u2007", "Anna"),
        ("\ufeffAnna\u200b", "Anna"),
        ("An\u00adna", "Anna"),
        (" An\u200bna \u00a0", "Anna"),
        ("Mu\u0308ller", "Müller"),
        ("\u200b \u00e4 \u200b", "ä"),
        ("Anna Maria", "Anna Maria"),
        ("Anna\u00a0Maria", "Anna\u00a0Maria"),
        ("Straße ﬁ ²", "Straße ﬁ ²"),
        (" ", ""),
        (None, None),
    ],
)
def test_a_text_is_trimmed_composed_and_freed_of_invisible_letters(raw, text):
    frame = pl.DataFrame({"x": [raw]}, schema={"x": pl.String})
    assert frame.select(trimming.normalised(pl.col("x"))).item() == text


def texts(spec, *raws):
    """The texts of one field after convert and codes."""
    frame = pl.LazyFrame({"raw:x": list(raws)}, schema={"raw:x": pl.String})
    return cleaning.texts(frame, [Field.of_entry(spec)]).select("x").collect()["x"].to_list()


def test_only_the_empty_text_and_the_missing_values_of_the_contract_are_missing():
    assert texts(field("x"), "", " ", "NULL", "n/a", "0", None) == [None, None, "NULL", "n/a", "0", None]
    assert texts(field("x", missingValues=["0", "NULL"]), "0", " NULL ", "null", "00") == [None, None, "null", "00"]


def test_the_meanings_of_codes_are_codes_too():
    spec = field("x", codes={"F": "Female", "W": "Female"}, otherwise="n/a")
    assert texts(spec, "w", "FEMALE", "f", "Fe", None) == ["Female", "Female", "Female", "n/a", "n/a"]


def test_a_code_wins_over_a_meaning_that_is_spelt_alike():
    assert texts(field("x", codes={"A": "B", "B": "C"}), "a", "b") == ["B", "C"]


def reasons_of(content, **columns):
    """Code of the reason of each record of a typed frame."""
    terms = Contract.of(content)
    raw = pl.LazyFrame({f"raw:{name}": values for name, values in columns.items()})
    found = cleaning.working_frame(raw, cleaning.Rules(terms)).collect()["_reason"].to_list()
    codes = [reason.code for reason in cleaning.reasons(terms)]
    return [None if i is None else codes[i] for i in found]


def test_the_first_reason_that_holds_is_the_reason_of_a_record():
    content = contract(
        field("id", "integer"),
        field("day", "date", required=True),
        quarantine=[{"code": "late", "when": "day > DATE '2024-06-01' OR id = 9", "why": "too late"}],
    )
    ids, days = ["1", "x", "", "4", "9", "x"], ["2024-01-01", "2024-01-01", "", "2024-07-01", "y", "z"]
    assert reasons_of(content, id=ids, day=days) == [
        None, "unreadable_integer", "missing_key", "late", "unreadable_date", "unreadable_integer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [(0, None, [None, "out_of_range", None]), (None, 5, [None, None, "out_of_range"]),
     (0, 5, [None, "out_of_range", "out_of_range"])],
)  # fmt: skip
def test_limits_are_inclusive_and_either_may_be_left_out(minimum, maximum, expected):
    limits = {key: value for key, value in (("minimum", minimum), ("maximum", maximum)) if value is not None}
    content = contract(field("id"), field("pieces", "integer", **limits))
    assert reasons_of(content, id=["a", "b", "c"], pieces=["5", "-1", "6"]) == expected
    assert reasons_of(content, id=["a", "b"], pieces=["0", ""]) == [None, None]


FIELDS = contract(field("a"), field("b"), field("day", "date"), key="a")


def outcomes(rows, content):
    """(record, outcome) of what must not reach silver, sorted."""
    terms = Contract.of(content)
    frame = pl.LazyFrame(rows, schema=["_record", *terms.names], orient="row").with_columns(_file=pl.lit("f"))
    return sorted(deduplication.repeats(frame, terms).select("_record", "_outcome").rows())


ROWS = [(1, "k", "x", 1), (2, "k", "x", 1), (3, "k", "y", 2), (4, "l", "x", 1), (5, "m", "z", 1), (6, "m", "z", 1)]


def test_without_a_rule_all_differing_records_of_a_key_are_rejected_and_equal_ones_are_duplicates():
    assert outcomes(ROWS, FIELDS) == [(1, "quarantined"), (2, "duplicates"), (3, "quarantined"), (6, "duplicates")]


def test_with_keep_latest_the_others_of_a_key_are_superseded():
    latest = {**FIELDS, "keep": {"latest": "day"}}
    assert outcomes(ROWS, latest) == [(1, "superseded"), (2, "duplicates"), (6, "duplicates")]


@pytest.mark.parametrize("seed", range(5))
def test_outcomes_do_not_depend_on_the_order_in_which_records_arrive(seed):
    latest = {**FIELDS, "keep": {"latest": "day"}}
    rows = [*ROWS, (7, "k", None, None), (8, "k", "y", None), (9, "k", None, 2)]
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert outcomes(shuffled, latest) == outcomes(rows, latest)
    assert outcomes(shuffled, FIELDS) == outcomes(rows, FIELDS)


def test_a_key_of_two_columns_repeats_only_if_both_do():
    both = {**FIELDS, "primaryKey": ["a", "b"]}
    assert outcomes([(1, "k", "x", 1), (2, "k", "y", 1), (3, "l", "x", 1)], both) == []


def test_exactly_one_record_of_a_key_is_left_where_the_latest_is_kept():
    latest = {**FIELDS, "keep": {"latest": "day"}}
    for seed in range(20):
        source = random.Random(seed)
        rows = [(i, source.choice("kl"), source.choice("xy"), source.choice([1, 2, None])) for i in range(8)]
        left = {row[0] for row in rows} - {record for record, _ in outcomes(rows, latest)}
        assert sorted(row[1] for row in rows if row[0] in left) == sorted({row[1] for row in rows})


def test_expressions_that_can_be_used_pass_unread():
    good = {**FIELDS, "repairs": [{"field": "b", "when": "a = 'x'", "set": "UPPER(a)", "why": "w"}]}
    cleaning.check_expressions(Contract.of(good), "c")


def test_a_type_that_a_repair_cannot_give_is_a_fault():
    bad = {**FIELDS, "repairs": [{"field": "day", "when": "a + 1 > day", "set": "day", "why": "w"}]}
    with pytest.raises(Fault, match="^contract x: the SQL cannot be run: "):
        cleaning.check_expressions(Contract.of(bad), "contract x")
