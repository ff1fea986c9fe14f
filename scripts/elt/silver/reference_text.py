"""What the report of silver says of references, unique keys and sums between tables; what fails is a warning.

Each figure is entered in the ledger of the report.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from elt.report import assumptions
from elt.report.figure_ledger import Origin, Told
from elt.report.markdown import code, table
from elt.report.numbers import number
from elt.report.words import Words, in_all_languages
from elt.silver import origins

Table = Mapping[str, Any]  # the metadata of one table
Tables = Mapping[str, Table]


def orphan_warning(reference: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table without a partner as a warning of the table."""
    return {
        "column": f"{', '.join(reference['fields'])} → {reference['target']}",
        "warning": "orphans",
        "cells": reference["orphans"],
        "of": reference["records"],
        **{key: reference[key] for key in ("money", "of_money", "why")},
    }


def line_warning(found: Mapping[str, Any]) -> dict[str, Any]:
    """Orders without a line as a warning of the table of lines."""
    return {
        "column": f"{', '.join(found['fields'])} → {found['target']}",
        "warning": "without_lines",
        "cells": found["alone"],
        "of": found["records"],
        **{key: found[key] for key in ("money", "of_money")},
    }


def sum_warning(found: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table whose amount is not the sum of their lines, as a warning of the table."""
    return {
        "column": f"{found['field']} = Σ {found['target']}",
        "warning": "unequal_sums",
        "cells": found["unequal"],
        "of": found["records"],
        **{key: found[key] for key in ("money", "of_money")},
    }


def repetition_warning(key: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table that repeat a unique key as a warning of the table."""
    found = {
        "column": ", ".join(key["fields"]),
        "warning": "repeated_key",
        "cells": key["repeated"],
        "of": key["records"],
    }
    return found | {name: key[name] for name in ("money", "of_money")}


def with_words(tables: Tables, told: Mapping[str, Mapping[str, Any]]) -> dict[str, Table]:
    """The metadata of the tables with title and department, behind the name."""
    return {name: dict(_beside_name(found, told[name])) for name, found in tables.items()}


def _beside_name(found: Table, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The entries of a table in their order, some more after its name."""
    for key, value in found.items():
        yield key, value
        if key == "name":
            yield from told.items()


def worded_repair(repair: Mapping[str, Any], words: Mapping[str, Words]) -> Mapping[str, Any]:
    """A repair with why it was done, by language: as the contract says, or the words of what the code itself does."""
    if "why" in repair:
        return repair
    why = in_all_languages(words, repair["code"])
    return {"column": repair["column"], "why": why, "records": repair["records"], "money": repair["money"]}


def worded_reference(reference: Mapping[str, Any], words: Mapping[str, Words]) -> dict[str, Any]:
    """A reference with why records may be alone, by language; an empty text where no other spelling helps."""
    found = dict(reference)
    hint = found.pop("hint")
    if hint is not None:
        found["spelled_otherwise"] = hint["records"]
    found["why"] = dict.fromkeys(words, "") if hint is None else {
        language: in_all_languages({language: of}, "spellings", hint["spelling"],
                                   records=number(hint["records"], 0, language))[language]
        for language, of in words.items()
    }  # fmt: skip
    return found


def with_references(
    tables: Tables, references: Mapping[str, Any], words: Mapping[str, Words]
) -> dict[str, dict[str, Any]]:
    """The metadata of the tables with their references, and with a warning for each that leaves records alone.

    `words`: those of silver by language, so that the steps which find all this do not depend on them.
    """
    checked = {
        name: {**found, "repairs": [worded_repair(one, words) for one in found["repairs"]]}
        for name, found in tables.items()
    }
    for name, told in references.items():
        found = {**told, "references": [worded_reference(one, words) for one in told["references"]]}
        alone = [orphan_warning(one) for one in found["references"] if one["orphans"]]
        again = [repetition_warning(one) for one in found.get("unique_keys", []) if one["repeated"]]
        again += [line_warning(one) for one in found.get("without_lines", [])]
        again += [sum_warning(one) for one in found.get("sums", []) if one["unequal"]]
        checked[name] |= {**found, "warnings": [*checked[name]["warnings"], *alone, *again]}
    return checked


def section(words: Told, name: str, *blocks: str) -> str:
    """A section of the report: its heading, then its blocks."""
    return "\n\n".join([f"## {words['headings'][name]}", *blocks])


def counts_of(told: str, counted: str, one: Mapping[str, Any], place: Callable[..., Origin], words: Told) -> list[str]:
    """Of a reference or unique key: records, those that are counted, their share, the budget; each is entered."""
    records, count = (words.number(f"{told}.{key}", one[key], place(key)) for key in ("records", counted))
    origin = origins.share(f"{told}.{counted}", f"{told}.records", one["records"])
    part = words.share(f"{told}.share", assumptions.share_of(one[counted], one["records"]), origin, 2)
    return [records, count, part, words.share(f"{told}.budget", one["budget"], place("budget"))]


def reference_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row a foreign key: records, those that refer to nothing, and those without a partner."""
    for name, found in tables.items():
        for at, one in enumerate(found.get("references", [])):
            told, place = f"{name}.references.{at}", partial(origins.found, name, "references", at)
            records, orphans, part, budget = counts_of(told, "orphans", one, place, words)
            amounts = (
                words["amount_in"].format(
                    amount=words.number(f"{told}.{f}", amount, place("money", f), 2, "money"), field=f
                )
                for f, amount in one["money"].items()
            )
            missing = words.number(f"{told}.missing", one["missing"], place("missing"))
            if "spelled_otherwise" in one:  # told where the report says why records are alone
                words.number(f"{told}.spelled_otherwise", one["spelled_otherwise"], place("spelled_otherwise"))
            fields = code(f"{name}.{', '.join(one['fields'])}")
            yield [fields, code(one["target"]), records, missing, orphans, part, budget, ", ".join(amounts)]


def reference_section(tables: Tables, words: Told) -> str:
    """What finds no partner in the table that it refers to; empty if no contract states a reference."""
    columns = ("fields", "target", "records", "nothing", "orphans", "share", "budget", "orphan_money")
    rows = list(reference_rows(tables, words))
    if not rows:
        return ""
    told = table([words["columns"][name] for name in columns], rows, words["always_zero"])
    return section(words, "references", words["references"], told)


def unique_key_section(tables: Tables, words: Told) -> str:
    """Records that repeat what a contract expects once; empty if no contract states a further unique key."""
    columns, rows = ("fields", "records", "repeated", "share", "budget"), []
    for name, found in tables.items():
        for at, one in enumerate(found.get("unique_keys", [])):
            told, place = f"{name}.unique_keys.{at}", partial(origins.found, name, "unique_keys", at)
            rows.append([code(f"{name}.{', '.join(one['fields'])}"), *counts_of(told, "repeated", one, place, words)])
    if not rows:
        return ""
    told = table([words["columns"][name] for name in columns], rows, words["always_zero"])
    return section(words, "unique_keys", words["unique_keys"], told)
