"""Parts of the revenue (categories, places, new and returning customers) in two periods, as far as they may be told."""

from collections.abc import Mapping
from typing import Any

from elt.protection.disclosure import fragile, publishable_sums

Groups = Mapping[Any, Mapping[str, Any]]


def hidden_in(
    years: Mapping[str, Groups], minimum: int, rest: Groups | None = None, whole: Groups | None = None
) -> set[Any]:
    """The groups that may be shown in none of the periods.

    years: by period and group: revenue and what disclosure control needs; rest, whole: the same of all other days, and
    of all days. The exploration publishes the revenue of a group of all days, so one that may not be shown in one of
    the periods, in the rest or in the whole is shown nowhere.
    """
    hidden = {name for name, entry in (rest or {}).items() if fragile(entry, minimum)}
    hidden |= {name for name, is_shown in publishable_sums(whole or {}, minimum).items() if not is_shown}
    before = None
    while before != hidden:
        before = set(hidden)
        for groups in years.values():
            allowed = publishable_sums(groups, minimum, hidden)
            hidden |= {name for name, is_shown in allowed.items() if not is_shown}
    return hidden
