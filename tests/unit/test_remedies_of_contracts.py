"""Remedies of messages of silver about a contract or its budgets: each is applied as told, and the table is accepted."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import one_table
import pytest
from one_table import contract, field
from referring_tables import LINES, ORDERS, Shop, shop, table, with_totals

from elt.faults import Fault
from elt.run import contract_faults
from elt.run.contract import Contract
from elt.silver import output_contract, warning_budgets

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy
AMOUNT = field("amount", "number", decimals=2, money=True)
GOOD = "id,amount\n1,1.50\n2,2.00\n"


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


def cleaned(folder: Path, table: dict[str, Any], raw: str = GOOD) -> int:
    """Records in silver of a table none of whose records is in quarantine."""
    folder.mkdir(exist_ok=True)
    found = one_table.clean(folder, table, raw)
    assert found.quarantine == []
    return len(found.rows("data"))


@remedy("elt.tables", "Correct convert, compute, repairs or quarantine in it")
@pytest.mark.parametrize("key", ["convert", "compute", "repairs", "quarantine"])
def test_an_expression_that_cannot_be_used_is_corrected(tmp_path, key):
    def stated(sql: str) -> dict[str, Any]:
        more = {"convert": {"convert": f"TRIM({sql})"}}.get(key, {})
        fields = [field("id"), {**AMOUNT, **more}]
        fields += [field("double", "number", decimals=2, compute=f"{sql} * 2")] if key == "compute" else []
        rules = {
            "repairs": [{"field": "amount", "when": f"{sql} < 0", "set": "0", "why": "w"}],
            "quarantine": [{"code": "c", "when": f"{sql} < 0", "why": "w"}],
        }
        return contract(*fields, **{name: rule for name, rule in rules.items() if name == key})

    assert "the SQL cannot be run" in refused(lambda: cleaned(tmp_path, stated("amuont")))
    assert cleaned(tmp_path / "mended", stated("amount")) == 2


@remedy("elt.silver.output_contract", output_contract.REMEDY)
def test_a_repair_that_makes_a_value_beyond_the_limits_is_corrected(tmp_path):
    def repaired(new: str) -> dict[str, Any]:
        repairs = [{"field": "amount", "when": "amount > 1.7", "set": new, "why": "w"}]
        return contract(field("id"), {**AMOUNT, "minimum": 0}, repairs=repairs)

    assert "breaks its contract" in refused(lambda: cleaned(tmp_path, repaired("-1")))
    assert cleaned(tmp_path / "mended", repaired("1")) == 2


ZONED = "%Y-%m-%dT%H:%M:%S%z"


def days(*columns: dict[str, Any], **stated: Any) -> dict[str, Any]:
    """A contract with a number and these columns."""
    return contract(field("id"), *columns, **stated)


@remedy(
    "elt.silver.zone_cuts",
    "Make the column with the time stamps a field of type date whose format ends in %z, and use its day",
)
def test_a_day_that_is_cut_out_of_a_time_stamp_is_read_with_its_zone(tmp_path):
    raw = "id,stamp\n1,2023-12-31T23:30:00+0000\n"
    day = field("day", "date", format="%Y-%m-%d", compute="CAST(SUBSTR(stamp, 1, 10) AS DATE)")
    assert "cuts their time zone off" in refused(lambda: cleaned(tmp_path, days(field("stamp"), day), raw))
    stamp, own = field("stamp", "date", format=ZONED), field("day", "date", compute="stamp")
    found = one_table.clean(tmp_path, days(stamp, own, timeZone="Europe/Berlin"), raw)
    assert [row["day"] for row in found.rows("data")] == ["2024-01-01"]


def said(*forms: str, stated: Any = None, zone: str | None = None) -> list[str]:
    """What is said of a contract with a column of dates."""
    more = {} if stated is None else {"dayFirst": stated}
    content = days(field("day", "date", format=list(forms), **more), **({"timeZone": zone} if zone else {}))
    return list(contract_faults.contract_faults({"people": Contract.of(content)}))


@remedy(
    "elt.run.date_formats",
    "Write %z in its place, which reads Z, UTC, GMT, CET, CEST and offsets such as +02:00",
    line=True,
)
@remedy("elt.run.date_formats", "State timeZone in the contract, such as America/New_York", line=True)
@remedy("elt.run.contract_faults", "write one such as Europe/Berlin", line=True)
def test_formats_of_time_stamps_read_the_zone_that_the_contract_states(tmp_path):
    (cut,) = said("%Y-%m-%dT%H:%M:%SZ", zone="Europe/Berlin")
    assert "Write %z in its place, which reads Z, UTC, GMT, CET, CEST and offsets such as +02:00" in cut
    (open_zone,) = said(ZONED)
    assert "State timeZone in the contract, such as America/New_York" in open_zone
    (unknown,) = said(ZONED, zone="Berlin")
    assert "write one such as Europe/Berlin" in unknown
    table = days(field("day", "date", format=ZONED), timeZone="America/New_York")
    for zone in ("Z", "UTC", "GMT", "CET", "CEST", "+02:00"):
        folder = tmp_path / zone.replace(":", "")
        assert said(ZONED, zone="America/New_York") == []
        assert cleaned(folder, table, f"id,day\n1,2024-01-05T12:00:00{zone}\n") == 1
    assert said(ZONED, zone="Europe/Berlin") == []


@remedy("elt.run.date_formats", "State one for each format, or one for all", line=True)
@remedy(
    "elt.run.date_formats",
    "Correct one of them; of several formats dayFirst may be a list, with true or false for each",
    line=True,
)
def test_the_order_of_day_and_month_is_stated_as_the_formats_have_it():
    dmy, mdy = "%d.%m.%Y", "%m/%d/%Y"
    assert "State one for each format, or one for all" in said(dmy, mdy, "%d-%m-%Y", stated=[True, False])[0]
    assert said(dmy, mdy, "%d-%m-%Y", stated=[True, False, True]) == []
    assert said(dmy, "%d-%m-%Y", stated=True) == []
    assert "of several formats dayFirst may be a list" in said(dmy, stated=False)[0]
    assert "of several formats dayFirst may be a list" in said(dmy, mdy, stated=True)[0]
    assert said(dmy, stated=True) == said(mdy, stated=False) == said(dmy, mdy, stated=[True, False]) == []


@remedy(
    "elt.silver.warning_budgets",
    "Export all time stamps with their zone, or raise zone_budget in config/config.yaml if those without are local time",
)
def test_time_stamps_without_a_zone_are_exported_with_one_or_their_budget_is_raised(tmp_path):
    def checked(folder: Path, without: int, budget: float) -> None:
        folder.mkdir()
        stamps = ["2024-01-05T12:00:00+0100"] * (20 - without) + ["2024-01-05T12:00:00"] * without
        raw = "id,day\n" + "".join(f"{n},{stamp}\n" for n, stamp in enumerate(stamps))
        table = days(field("day", "date", format=[ZONED, "%Y-%m-%dT%H:%M:%S"]), timeZone="Europe/Berlin")
        found = one_table.clean(folder, table, raw)
        assert len(found.rows("data")) == 20
        warning_budgets.check_zone_budget("people", found.summary, budget)

    refused(lambda: checked(tmp_path / "bad", 8, 0.05))
    checked(tmp_path / "exported", 0, 0.05)
    checked(tmp_path / "raised", 8, 0.5)


@remedy(
    "elt.silver.warning_budgets",
    "Mend the source, or raise assumption_budget in config/config.yaml if you can live with it",
)
def test_a_damage_of_most_records_is_mended_at_the_source_or_its_budget_is_raised(tmp_path):
    def checked(folder: Path, cell: str, budget: float) -> None:
        folder.mkdir()
        raw = "id,name\n" + "".join(f"{n},{cell if n < 15 else 'Bert'}\n" for n in range(20))
        warning_budgets.check_assumption_budget(
            "people", one_table.clean(folder, days(field("name")), raw).summary, budget
        )

    refused(lambda: checked(tmp_path / "bad", "#REF!", 0.5))
    checked(tmp_path / "mended", "Anna", 0.5)
    checked(tmp_path / "raised", "#REF!", 0.8)


@remedy("elt.silver.cleaning", "state decimals: 3 there", line=True)
def test_amounts_that_are_no_thousands_are_accepted_with_three_decimals(tmp_path):
    raw = "id,amount\n1,1.249\n2,1.50\n3,2.00\n"
    (tmp_path / "bad").mkdir()
    (row,) = one_table.clean(tmp_path / "bad", contract(field("id"), AMOUNT), raw).rows("quarantine")
    assert "if it is not, state decimals: 3 there" in row["reason"]
    assert cleaned(tmp_path / "mended", contract(field("id"), {**AMOUNT, "decimals": 3}), raw) == 3


ORPHANS = ["A1"] * 5 + ["B1"] * 20


@remedy(
    "elt.silver.references",
    "Export … and … again, both whole and of the same day; if it is meant so, state a budget at this foreign key, or raise reference_budget in config/config.yaml",
)
def test_records_without_a_partner_are_accepted_in_each_way_that_is_named(tmp_path):
    for name in "abcd":
        (tmp_path / name).mkdir()
    refused(lambda: shop(tmp_path / "a", ["A1"], ORPHANS).check("lines", "orders"))
    assert shop(tmp_path / "b", ["A1", "B1"], ORPHANS).check("lines", "orders")[0]["orphans"] == 0
    own = {**LINES["foreignKeys"][0], "budget": 0.9}
    assert shop(tmp_path / "c", ["A1"], ORPHANS, foreignKeys=[own]).check("lines", "orders")[0]["orphans"] == 20
    assert shop(tmp_path / "d", ["A1"], ORPHANS).check("lines", "orders", budget=0.9)[0]["orphans"] == 20


@remedy("elt.silver.references", "Mend the spelling in the export, or state it in the contract: …")
@pytest.mark.parametrize(
    ("orders", "refers"),
    [
        (["0A1", "0B1"], ["A1", "B1"]), (["a1", "b1"], ["A1", "B1"]), (["A1", "B1"], ["A 1", "B 1"]),
        (["A1", "B1"], ["A-1", "B-1"]), (["11", "12"], ["11.0", "12.0"]), (["0011", "0012"], ["11", "12"]),
    ],
)  # fmt: skip
def test_keys_in_another_spelling_are_mended_or_the_contract_states_what_the_message_says(tmp_path, orders, refers):
    for name in ("bad", "mended", "stated"):
        (tmp_path / name).mkdir()
    many = refers * 20
    message = refused(lambda: shop(tmp_path / "bad", orders, many).check("lines", "orders"))
    alike = [orders[refers.index(one)] for one in many]
    assert shop(tmp_path / "mended", orders, alike).check("lines", "orders")[0]["orphans"] == 0
    words = message.split("state it in the contract: ")[1].split(". Nothing was written")[0]
    stated = dict(re.findall(r"convert of order_no: (.*?) \(contracts/(\w+)\.yaml\)", words))
    assert stated, words
    sql = {name: expression for expression, name in stated.items()}
    made, numbered = Shop(tmp_path / "stated"), list(enumerate(many))
    for content, rows in ((ORDERS, [f"{o},K" for o in orders]), (LINES, [f"{n},{r},10.00" for n, r in numbered])):
        name = content["name"]
        fields = [
            {**f, "convert": sql[name]} if f["name"] == "order_no" and name in sql else f for f in content["fields"]
        ]
        header = ",".join(f["name"] for f in fields)
        folder = tmp_path / f"stated_{name}"
        folder.mkdir()
        found = one_table.clean(
            folder, {**content, "name": "people", "foreignKeys": [], "fields": fields}, "\n".join([header, *rows, ""])
        )
        made.add({**content, "fields": fields}, *(",".join(row.values()) for row in found.rows("data")))
    assert made.check("lines", "orders")[0]["orphans"] == 0


@remedy(
    "elt.silver.references",
    "Mend the export; if it is meant so, take the key from uniqueKeys in contracts/….yaml, or raise reference_budget in config/config.yaml",
)
def test_keys_that_are_not_unique_are_accepted_in_each_way_that_is_named(tmp_path):
    def repeated(name: str, *numbers: str, budget: float = 0.05, keys: tuple[str, ...] = ("number",)) -> list[Any]:
        made = Shop(tmp_path / name)
        made.folder.mkdir()
        unique = {"uniqueKeys": [list(keys)]} if keys else {}
        made.add(table("people", field("id"), field("number"), **unique), *(f"{i},{n}" for i, n in enumerate(numbers)))
        return made.keys("people", budget=budget)

    twice = [f"N{n // 2}" for n in range(40)]
    refused(lambda: repeated("bad", *twice))
    assert repeated("mended", *(f"N{n}" for n in range(40)))[0]["repeated"] == 0
    assert repeated("taken_out", *twice, keys=()) == []
    assert len(repeated("raised", *twice, budget=1.0)) == 1


@remedy(
    "elt.silver.sums",
    "Export … and … again, both whole and of the same day; if the two are equal only up to a rounding, state a tolerance at this entry of equalSums, if it is meant so, a budget",
)
def test_totals_that_are_no_sums_are_accepted_in_each_way_that_is_named(tmp_path):
    for name in "abcd":
        (tmp_path / name).mkdir()
    refused(lambda: with_totals(tmp_path / "a", 20, wrong=6).sums("orders", "lines"))
    assert with_totals(tmp_path / "b", 20).sums("orders", "lines")[0]["unequal"] == 0
    assert with_totals(tmp_path / "c", 20, wrong=6, tolerance=0.5).sums("orders", "lines")[0]["unequal"] == 0
    assert with_totals(tmp_path / "d", 20, wrong=6, budget=0.5).sums("orders", "lines")[0]["unequal"] == 6


def of_settings(*contents: dict[str, Any]) -> list[str]:
    """What is said of contracts together."""
    found = {content["name"]: Contract.of(content) for content in contents}
    checks = (contract_faults.contract_faults, contract_faults.reference_faults, contract_faults.sum_faults)
    return [line for check in checks for line in check(found)]


@remedy("elt.run.contract_faults", "give both the same type", line=True)
def test_keys_and_sums_of_two_types_are_accepted_with_one():
    lines = {**LINES, "fields": [LINES["fields"][0], field("order_no", "integer"), LINES["fields"][2]]}
    assert ["give both the same type" in line for line in of_settings(ORDERS, lines)] == [True]
    assert of_settings(ORDERS, LINES) == []
    equal = {"field": "total", "fields": "order_no"}
    equal["reference"] = {"resource": "lines", "fields": "order_no", "sum": "amount"}  # type: ignore[assignment]
    orders = table("orders", field("order_no"), field("total", "number", decimals=2), equalSums=[equal])
    bare = {**lines, "foreignKeys": []}
    assert ["give both the same type" in line for line in of_settings(orders, bare)] == [True]
    assert of_settings(orders, {**LINES, "foreignKeys": []}) == []


@remedy("elt.run.contract_faults", "Correct position", line=True)
def test_two_fields_of_one_position_are_corrected():
    def placed(*places: int) -> list[str]:
        return of_settings(contract(*(field(f"f{n}", position=at) for n, at in enumerate(places)), key="f0"))

    assert ["Correct position" in line for line in placed(1, 1)] == [True]
    assert placed(1, 2) == []
