"""Assumptions that the data contradict: what was assumed, where, how many records contradict it, what they amount to.

An entry is `{"code", "where", "records", "of", "money": {field: text}, "of_money": {field: text}}`: `of`: records that
were looked at; `of_money`: their amounts. One about fewer persons than the minimum group (`persons`) is published in
whole percent alone (`"unit": "percent"`), without a key. Its wording stands under its code in
scripts/templates/assumptions.*.yaml. A step that finds one adds an entry to `warnings` of its silver table or to
`assumptions` of its mart: all reports and the closing words take them from there.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from elt.report.figure_ledger import Origin, Told
from elt.report.numbers import decimals_of, number, percent
from elt.report.words import Words

Entry = dict[str, Any]
CUSTOMERS = "customers"  # `about` of an entry on which every number of customers depends
FACT = "fact_sales"  # where an entry is about order lines
LEADS = " → "  # from a field to the table that it refers to, where an entry is about that
PERCENT = "percent"
FEW_RECORDS = "_few"  # ends the code of an entry whose amounts are of too few records to be told
OTHER = "other"  # the wording of a code that has none of its own
IMPLAUSIBLE_DATES = "implausible_dates"  # a code that is told beside the analysis date too


def entry(code: str, where: str, records: int, of: int, money: Mapping[str, Any] | None = None,
          of_money: Mapping[str, Any] | None = None, **more: Any) -> Entry:  # fmt: skip
    """An entry; amounts become text. `more`: what else its wording names, such as `why` by language."""
    found = {"code": code, "where": where, "records": records, "of": of}
    for key, amounts in (("money", money), ("of_money", of_money)):
        found[key] = {name: str(amount) for name, amount in (amounts or {}).items()}
    return found | more


def of_table(name: str, found: Mapping[str, Any]) -> list[Entry]:
    """The warnings of one silver table as entries."""
    known = ("warning", "column", "cells", "of", "money", "of_money")
    return [
        entry(
            warning["warning"],
            f"{name}.{warning['column']}",
            warning["cells"],
            warning["of"],
            warning.get("money"),
            warning.get("of_money"),
            **{key: value for key, value in warning.items() if key not in known},
        )
        for warning in found.get("warnings", [])
    ]


def of_all(tables: Mapping[str, Mapping[str, Any]], marts: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """All entries of a run, silver before gold; `tables`, `marts`: what was found, by name."""
    silver = [one for name, found in tables.items() for one in of_table(name, found)]
    return silver + [one for found in marts.values() for one in found.get("assumptions", [])]


def share_of(part: Any, whole: Any) -> Decimal:
    """Part divided by whole; 0 of nothing."""
    return Decimal(str(part)) / Decimal(str(whole)) if Decimal(str(whole)) else Decimal(0)


def amounts_of(found: Mapping[str, Any]) -> list[tuple[str, Decimal, Decimal | None]]:
    """(field, amount, its share of all that was looked at, or None) of an entry, without amounts of zero."""
    wholes = found.get("of_money", {})
    listed = [(name, Decimal(text), wholes.get(name)) for name, text in found.get("money", {}).items()]
    return [
        (name, amount, share_of(amount, whole) if whole is not None and Decimal(whole) else None)
        for name, amount, whole in listed
        if amount
    ]


def enter_figures(name: str, found: Mapping[str, Any], place: Callable[..., Origin], words: Told, counted: str) -> None:
    """Enter the figures of the sentence of an entry under a name, each with its place in what was found.

    `place`: steps of a path there, and more for the entry -> its origin; `counted`: the key of the records there.
    """
    for part, key in (("records", counted), ("of", "of")):
        words.number(f"{name}.{part}", found[part], place(key))
    whole = {"formula": f"[{name}.records] / [{name}.of]" if found["of"] else "0"}
    words.share(f"{name}.share", share_of(found["records"], found["of"]), whole)
    for field, amount, of_all in amounts_of(found):
        words.exact(f"{name}.{field}", amount, place("money", field))
        if of_all is not None:
            quotient = place("money", field, function="quotient", of=place("of_money", field)["path"])
            words.share(f"{name}.{field}.share", of_all, quotient)


def is_of_few(found: Mapping[str, Any], minimum: int) -> bool:
    """Whether an entry is about fewer persons than the minimum group: published are only shares, in whole percent."""
    return found.get("persons", minimum) < minimum or is_in_percent(found)


def is_in_percent(found: Mapping[str, Any]) -> bool:
    """Whether an entry holds whole percent of everything instead of counts and amounts."""
    return found.get("unit") == PERCENT


def published(found: Mapping[str, Any], minimum: int) -> Entry:
    """An entry as it may stand outside the protected layers.

    One about fewer persons than the minimum: its place without their key, whole percent instead of counts and amounts,
    and no amount of fewer records than the minimum, for which there is a wording of its own.
    """
    if not is_of_few(found, minimum) or is_in_percent(found):
        return dict(found)
    of_all = [(name, share) for name, _, share in amounts_of(found) if share is not None]
    told = of_all if found["records"] >= minimum else []
    return entry(
        found["code"] + ("" if told or not of_all else FEW_RECORDS),
        found["where"].partition(",")[0],
        whole_percent(share_of(found["records"], found["of"])),
        100,
        {name: whole_percent(share) for name, share in told},
        {name: 100 for name, _ in told},
        persons=found["persons"],
        unit=PERCENT,
    )


def whole_percent(share: Decimal) -> int:
    """A share in whole percent, half away from zero."""
    return int((share * 100).to_integral_value(ROUND_HALF_UP))


def money_text(
    words: Words, amounts: Iterable[tuple[str, str | None, str | None]], *, is_published: bool = False
) -> str:
    """The amounts of a sentence, each (field, amount or None, share or None) as text; empty without any.

    A published one calls fields of the star schema by words, not by their names.
    """
    parts = []
    for name, amount, share in amounts:
        wording = "amount" if share is None else "share_only" if amount is None else "amount_share"
        whole = words["wholes"].get(name, name)
        within = words["parts"].get(name) if is_published else None
        of_field = words["of_field"].format(field=name) if within is None else within
        parts.append(words[wording].format(whole=whole, of_field=of_field, amount=amount, share=share))
    return "".join(parts)


def place(words: Words, where: str) -> str:
    """What a published page calls a place of the star schema, with neither column nor key of a person."""
    return LEADS.join(place_of_star(words, part) for part in where.split(LEADS))


def place_of_star(words: Words, where: str) -> str:
    """What a published page calls order lines or a dimension; anything else as it is."""
    table = re.split(r"[.,]", where, maxsplit=1)[0]
    return words["order_lines"] if table == FACT else words["dimensions"].get(table, where)


def wording(words: Words, code: str) -> str:
    """The wording of a code."""
    return words["assumptions"].get(code, words["assumptions"][OTHER])


def sentence(words: Words, found: Mapping[str, Any], minimum: int = 0) -> str:
    """An entry in the language of the words; `minimum`: the minimum group, where the sentence is published."""
    found = published(found, minimum) if minimum else found
    language, is_hidden = words["language"], is_of_few(found, minimum)
    decimals = 0 if is_hidden else 1
    amounts = [
        (
            name,
            None if is_hidden else number(amount, decimals_of(amount), language),
            None if share is None else percent(share, decimals, language),
        )
        for name, amount, share in amounts_of(found)
    ]
    why = found.get("why", "")
    return wording(words, found["code"]).format(
        code=found["code"],
        where=place(words, found["where"]) if minimum else found["where"],
        records=number(found["records"], 0, language),
        of=number(found["of"], 0, language),
        share=percent(share_of(found["records"], found["of"]), decimals, language),
        money=money_text(words, amounts, is_published=bool(minimum)),
        why=why if isinstance(why, str) else why[language],
    )
