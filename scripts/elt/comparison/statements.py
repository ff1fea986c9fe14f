"""What two runs differ in by their own statements: code, versions, settings, raw files, books, repairs, key figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from elt.comparison.states import MISSING, Pair, changes
from elt.comparison.wording import NAMED, Wording
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape
from elt.report.numbers import decimals_of

COMPLETE = "complete"
OF_PLACES = {"bronze_file", "expose_numbers", "privacy_records"}  # their parameters name the raw folder or the run


@dataclass(frozen=True)
class Part:
    """A part of a comparison: its key in the words, the answer in one line, and a table of the details.

    `is_same`: nothing differs; `is_known`: the runs tell enough to say so.
    """

    key: str
    answer: str
    is_same: bool
    header: tuple[str, ...] = ()
    rows: list[list[Any]] = field(default_factory=list)
    is_known: bool = True


def versions(pair: Pair, said: Wording) -> Part:
    """Code of steps, and versions of packages."""
    one, other = pair.before.receipts, pair.after.receipts
    steps = sorted({job.split("/")[0] for job in one.keys() & other.keys() if one[job]["code"] != other[job]["code"]})
    found = changes(pair.before.manifest["versions"], pair.after.manifest["versions"])
    answers: list[str] = [Markdown(said.counted("code", len(steps), names=said.listed(steps)))] * bool(steps)
    answers += [f"{name} {said.shown(first)} → {said.shown(second)}" for name, first, second in found]
    is_known = bool(one and other)
    same = said.say("same" if is_known else "code_unknown")
    return Part("code", Markdown("; ".join(answers) or same), not answers, is_known=is_known)


def settings(pair: Pair, said: Wording) -> Part:
    """Settings of the two runs."""
    found = changes(pair.before.manifest["settings"], pair.after.manifest["settings"])
    rows = [[code(key), *(value if value != MISSING else said.shown(value) for value in map(str, values))]
            for key, *values in found]  # fmt: skip
    places = {"raw"}  # where the exports lie says nothing about what is in them
    told = [row for row, (key, *_) in zip(rows, found, strict=True) if key not in places]
    answer = said.counted("settings", len(told)) if told else said.say("other_folder" if rows else "same")
    return Part("settings", answer, not told, said.columns("setting", "before", "after"), rows)


def endings(pair: Pair, said: Wording) -> Part:
    """How the runs have ended, where one was not complete, and at which steps."""
    states = [pair.before, pair.after]
    ended = [said.say("endings", state.ending, run=state.run.name) for state in states]
    rows = [[code(state.run.name), code(one["step"]), one["message"]] for state in states for one in state.failures]
    is_same = all(state.ending == COMPLETE for state in states)
    answer = said.say("same") if is_same else "; ".join(ended)
    return Part("state", answer, is_same, said.columns("run", "step", "why"), rows)


def steps(pair: Pair, said: Wording) -> Part:
    """Files of contracts, marts and the like that differ, and steps that were given other parameters by equal code."""
    one, other = pair.before.receipts, pair.after.receipts
    shared = sorted(one.keys() & other.keys())
    same_code = [job for job in shared if one[job]["code"] == other[job]["code"] and job.split("/")[0] not in OF_PLACES]
    found = [job for job in same_code if one[job]["params"] != other[job]["params"]]
    gone = sorted(one.keys() ^ other.keys())
    files = file_changes(pair.before.stated, pair.after.stated)
    names = said.listed(name for name, _ in files)
    answers: list[str] = [Markdown(said.counted("contracts", len(files), names=names))] * bool(files)
    answers += [said.counted("parameters", len(found), of=said.number(len(shared)))] * bool(found)
    answers += [said.counted("alone", len(gone))] * bool(gone)
    rows = [[code(name), said.say("what", what)] for name, what in files[:NAMED]]
    rows += [[code(job), said.say("what", "other_parameters")] for job in found[:NAMED]]
    rows += [[code(job), said.say("what", "in_one_run")] for job in gone[:NAMED]]
    answer = Markdown("; ".join(map(escape, answers))) if answers else said.say("same")
    return Part("contracts", answer, not answers, said.columns("file_or_step", "what"), rows)


def file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """(path, what became of it) of files by their hashes, sorted; none where one run does not tell of its files."""
    if not before or not after:
        return []
    what = {(True, False): "gone", (False, True): "new", (True, True): "other_content"}
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [(name, what[name in before, name in after]) for name in names]


def raw_files(pair: Pair, said: Wording) -> Part:
    """Raw files by hash, with their numbers of records."""
    one, other = pair.before.bronze, pair.after.bronze
    rows = []
    for name in sorted(one.keys() | other.keys()):
        first, second = one.get(name, {}), other.get(name, {})
        keys = ("sha256", "erased")
        if [first.get(key) for key in keys] != [second.get(key) for key in keys]:
            counts = [said.shown(found["records"] if found else MISSING) for found in (first, second)]
            rows.append([code((second or first)["file"]), *counts])
    of = said.number(len(one.keys() | other.keys()))
    answer = said.counted("differ_of", len(rows), of=of) if rows else said.say("same")
    return Part("raw", answer, not rows, said.columns("file", "records_before", "records_after"), rows)


def counts(pair: Pair, said: Wording) -> Part:
    """Books of the tables and rows of the marts: raw records, clean, in quarantine, superseded, duplicate, erased."""
    ledgers = pair.both("_meta/ledger.json")
    first, second = ({key: told.get(key, {}) for key in ("tables", "rows")} for told in ledgers)
    marts = [told.get("marts", {}) for told in pair.both("gold/_meta/gold_metadata.yaml")]
    for books, stated in zip((first, second), marts, strict=True):
        books["rows"] = {name: mart["found"]["rows"] for name, mart in stated.items()}
    rows = [[said.count_of(key), *cells(one, other, said)] for key, one, other in changes(first, second)]
    answer = said.counted("rows", len(rows)) if rows else said.say("same")
    return Part("rows", answer, not rows, said.columns("count", "before", "after", "change"), rows, all(ledgers))


def repairs(pair: Pair, said: Wording) -> Part:
    """Repairs and reasons of quarantine in silver, by table."""
    told = pair.both("silver/_meta/silver_metadata.yaml")
    found = changes(*(repaired(one.get("tables", {}), said) for one in told))
    rows = [[key, *cells(one, other, said)] for key, one, other in found]
    answer = said.counted("repairs", len(rows)) if rows else said.say("same")
    header = said.columns("what", "before", "after", "change")
    return Part("repairs", answer, not rows, header, rows, all(map(bool, told)))


def repaired(tables: Mapping[str, Any], said: Wording) -> dict[str, int]:
    """What was repaired, converted or put in quarantine -> records or cells."""
    found: dict[str, int] = {}
    for name, table in tables.items():
        for kind, key, label in (("repairs", "records", "column"), ("conversions", "cells", "column")):
            for entry in table.get(kind, ()):
                why = said.conversion(entry["rule"]) if "rule" in entry else in_language(entry["why"], said.language)
                place = f"{name}.{entry[label]}: {why}"
                found[place] = found.get(place, 0) + entry[key]
        for entry in table.get("quarantined", ()):
            found[said.say("in_quarantine", table=name, code=entry["code"])] = entry["records"]
    return found


def key_figures(pair: Pair, said: Wording) -> Part:
    """Totals of the key figures and of the amounts in silver."""
    ledgers, totals = pair.both("_meta/ledger.json"), []
    stated = [told.get("kpis", {}) for told in pair.both("gold/_meta/gold_metadata.yaml")]
    names = {key: in_language(kpi["name"], said.language) for kpis in stated for key, kpi in kpis.items()}
    for ledger in ledgers:
        found = {names.get(name, name): proof["total"] for name, proof in ledger.get("kpis", {}).items()}
        found |= {said.say("in_silver", name=name): told["silver"] for name, told in ledger.get("money", {}).items()}
        totals.append({name.replace(".", " "): total for name, total in found.items()})
    rows = [[name, *cells(one, other, said)] for name, one, other in changes(*totals)]
    answer = "; ".join(f"{row[0]} {row[3] or f'{row[1]} → {row[2]}'}" for row in rows[:3]) or said.say("same")
    return Part("figures", answer, not rows, said.columns("figure", "before", "after", "change"), rows, all(ledgers))


def cells(before: Any, after: Any, said: Wording) -> list[str]:
    """Two numbers and their difference as text; what is no number has no difference."""
    try:
        one, other = Decimal(str(before)), Decimal(str(after))
    except ArithmeticError:
        return [said.shown(before), said.shown(after), ""]
    decimals = 0 if isinstance(before, int) and isinstance(after, int) else max(decimals_of(one), decimals_of(other))
    return [said.number(one, decimals), said.number(other, decimals), said.number(other - one, decimals, sign=True)]
