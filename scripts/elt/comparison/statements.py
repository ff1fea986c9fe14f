"""What two runs differ in by their own statements: code, versions, settings, raw files, books, repairs, key figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from elt.comparison.states import MISSING, Pair, changes
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape
from elt.report.numbers import decimals_of, number

NAMED = 20  # of a list, before the rest is counted
COMPLETE = "complete"
ENDINGS = {COMPLETE: "is complete", "failed": "has failed", "killed": "was killed"}
OF_PLACES = {"bronze_file", "expose_numbers", "privacy_records"}  # their parameters name the raw folder or the run


@dataclass(frozen=True)
class Part:
    """A part of a comparison: its title, the answer in one line, and a table of the details.

    `is_same`: nothing differs; `is_known`: the runs tell enough to say so.
    """

    title: str
    answer: str
    is_same: bool
    header: tuple[str, ...] = ()
    rows: list[list[Any]] = field(default_factory=list)
    is_known: bool = True


def counted(count: int, one: str, several: str = "") -> str:
    """A count with its noun, in the singular or plural."""
    return f"{number(count)} {one if count == 1 else several or one + 's'}"


def verb(count: int) -> str:
    """How many differ."""
    return "differs" if count == 1 else "differ"


def listed(names: Iterable[str]) -> str:
    """Names for a line, the first of them and how many more."""
    every = list(names)
    more = [f"and {number(len(every) - NAMED)} more"] if len(every) > NAMED else []
    return Markdown(", ".join([*map(code, every[:NAMED]), *more]))


def versions(pair: Pair) -> Part:
    """Code of steps, and versions of packages."""
    one, other = pair.before.receipts, pair.after.receipts
    steps = sorted({job.split("/")[0] for job in one.keys() & other.keys() if one[job]["code"] != other[job]["code"]})
    found = changes(pair.before.manifest["versions"], pair.after.manifest["versions"])
    answers: list[str] = [Markdown(f"code of {counted(len(steps), 'step')} differs: {listed(steps)}")] * bool(steps)
    answers += [f"{name} {first} → {second}" for name, first, second in found]
    is_known = bool(one and other)
    same = "the same" if is_known else "versions are the same; a run without receipts does not tell its code"
    return Part("Code and packages", Markdown("; ".join(answers) or same), not answers, is_known=is_known)


def settings(pair: Pair) -> Part:
    """Settings of the two runs."""
    found = changes(pair.before.manifest["settings"], pair.after.manifest["settings"])
    rows = [[code(key), str(first), str(second)] for key, first, second in found]
    places = {"raw"}  # where the exports lie says nothing about what is in them
    told = [row for row, (key, *_) in zip(rows, found, strict=True) if key not in places]
    answer = (
        f"{counted(len(told), 'setting')} {verb(len(told))}"
        if told
        else "the same" + ", read from another raw folder" * bool(rows)
    )
    return Part("Settings", answer, not told, ("setting", "before", "after"), rows)


def endings(pair: Pair) -> Part:
    """How the runs have ended, where one was not complete, and at which steps."""
    states = [pair.before, pair.after]
    ended = [f"{state.run.name} {ENDINGS.get(state.ending, state.ending)}" for state in states]
    rows = [[code(state.run.name), code(one["step"]), one["message"]] for state in states for one in state.failures]
    is_same = all(state.ending == COMPLETE for state in states)
    return Part("State", "the same" if is_same else "; ".join(ended), is_same, ("run", "step", "why"), rows)


def steps(pair: Pair) -> Part:
    """Files of contracts, marts and the like that differ, and steps that were given other parameters by equal code."""
    one, other = pair.before.receipts, pair.after.receipts
    shared = sorted(one.keys() & other.keys())
    same_code = [job for job in shared if one[job]["code"] == other[job]["code"] and job.split("/")[0] not in OF_PLACES]
    found = [job for job in same_code if one[job]["params"] != other[job]["params"]]
    gone = sorted(one.keys() ^ other.keys())
    files = [name for name, *_ in file_changes(pair.before.stated, pair.after.stated)]
    answers: list[str] = [Markdown(f"{listed(files)} {verb(len(files))}")] * bool(files)
    answers += [f"{len(found)} of {len(shared)} steps were given other parameters"] * bool(found)
    answers += [f"{counted(len(gone), 'step')} ran in one of the two alone"] * bool(gone)
    rows = [[code(name), what] for name, what in file_changes(pair.before.stated, pair.after.stated)[:NAMED]]
    rows += [[code(job), "other parameters"] for job in found[:NAMED]]
    rows += [[code(job), "in one run"] for job in gone[:NAMED]]
    answer = Markdown("; ".join(map(escape, answers))) if answers else "the same"
    return Part("Contracts, marts and parameters", answer, not answers, ("file or step", "what"), rows)


def file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """(path, what became of it) of files by their hashes, sorted; none where one run does not tell of its files."""
    if not before or not after:
        return []
    what = {(True, False): "gone", (False, True): "new", (True, True): "other content"}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [(name, what[name in before, name in after]) for name in names]


def raw_files(pair: Pair) -> Part:
    """Raw files by hash, with their numbers of records."""
    one, other = pair.before.bronze, pair.after.bronze
    rows = []
    for name in sorted(one.keys() | other.keys()):
        first, second = one.get(name, {}), other.get(name, {})
        keys = ("sha256", "erased")
        if [first.get(key) for key in keys] != [second.get(key) for key in keys]:
            counts = [number(found["records"]) if found else MISSING for found in (first, second)]
            rows.append([code((second or first)["file"]), *counts])
    answer = f"{len(rows)} of {len(one.keys() | other.keys())} {verb(len(rows))}" if rows else "the same"
    return Part("Raw files", answer, not rows, ("file", "records before", "records after"), rows)


def counts(pair: Pair) -> Part:
    """Books of the tables and rows of the marts: raw records, clean, in quarantine, superseded, duplicate, erased."""
    ledgers = pair.both("_meta/ledger.json")
    first, second = ({key: told.get(key, {}) for key in ("tables", "rows")} for told in ledgers)
    marts = [told.get("marts", {}) for told in pair.both("gold/_meta/gold_metadata.yaml")]
    for books, stated in zip((first, second), marts, strict=True):
        books["rows"] = {name: mart["found"]["rows"] for name, mart in stated.items()}
    rows = [[code(key), *cells(one, other)] for key, one, other in changes(first, second)]
    answer = f"{counted(len(rows), 'count')} {verb(len(rows))}" if rows else "the same"
    return Part("Rows", answer, not rows, ("count", "before", "after", "change"), rows, all(ledgers))


def repairs(pair: Pair) -> Part:
    """Repairs and reasons of quarantine in silver, by table."""
    told = pair.both("silver/_meta/silver_metadata.yaml")
    found = changes(*(repaired(one.get("tables", {})) for one in told))
    rows = [[key, *cells(one, other)] for key, one, other in found]
    answer = f"{counted(len(rows), 'count')} of repairs or quarantine {verb(len(rows))}" if rows else "the same"
    return Part(
        "Repairs and quarantine", answer, not rows, ("what", "before", "after", "change"), rows, all(map(bool, told))
    )


def repaired(tables: Mapping[str, Any]) -> dict[str, int]:
    """What was repaired, converted or put in quarantine -> records or cells."""
    found: dict[str, int] = {}
    for name, table in tables.items():
        for kind, key, label in (("repairs", "records", "column"), ("conversions", "cells", "column")):
            for entry in table.get(kind, ()):
                why = entry.get("rule") or in_language(entry["why"])
                place = f"{name}.{entry[label]}: {why}"
                found[place] = found.get(place, 0) + entry[key]
        for entry in table.get("quarantined", ()):
            found[f"{name}: {entry['code']}"] = entry["records"]
    return found


def key_figures(pair: Pair) -> Part:
    """Totals of the key figures and of the amounts in silver."""
    ledgers = pair.both("_meta/ledger.json")
    totals = []
    for ledger in ledgers:
        found = {name: proof["total"] for name, proof in ledger.get("kpis", {}).items()}
        found |= {f"{name} in silver": told["silver"] for name, told in ledger.get("money", {}).items()}
        totals.append({name.replace(".", " "): total for name, total in found.items()})
    rows = [[name, *cells(one, other)] for name, one, other in changes(*totals)]
    answer = "; ".join(f"{row[0]} {row[3] or f'{row[1]} → {row[2]}'}" for row in rows[:3]) or "the same"
    return Part("Key figures", answer, not rows, ("figure", "before", "after", "change"), rows, all(ledgers))


def cells(before: Any, after: Any) -> list[str]:
    """Two numbers and their difference as text; what is no number has no difference."""
    try:
        one, other = Decimal(str(before)), Decimal(str(after))
    except ArithmeticError:
        return [shown(before), shown(after), ""]
    decimals = 0 if isinstance(before, int) and isinstance(after, int) else max(decimals_of(one), decimals_of(other))
    return [number(one, decimals), number(other, decimals), number(other - one, decimals, sign=True)]


def shown(value: Any) -> str:
    """A number as text, and anything else as it is."""
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
