"""Why all customers form one segment, as the model tells it: which figure missed which threshold."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Record = Mapping[str, Any]


class Reason(NamedTuple):
    """What stood in the way, and the entry of the evidence that came nearest, where one was compared at all.

    few: fewer customers than the minimum group; alike: too few different ones to compare numbers of segments; unstable:
    no solution is stable; small: none of the stable ones has only segments that are large enough; settings: one segment
    was asked for; reduced: fewer different customers than asked for; tiny: as small, with a segment below the minimum
    group, whose size is not told.
    """

    name: str
    nearest: Record | None = None


def reason(model: Record) -> Reason:
    """The reason of a model (model_metadata.json) that has no more than one segment."""
    choice = model["choice"]
    if not model["rows"]:
        return Reason("few")
    if choice["by"] != "none":
        return Reason(choice["by"])
    stable = [entry for entry in model["evidence"] if entry["lowest_jaccard"] >= choice["stable_from"]]
    if not stable:
        nearest = max(model["evidence"], key=lambda entry: entry["lowest_jaccard"], default=None)
        return Reason("unstable", nearest) if nearest else Reason("alike")
    largest = max(stable, key=lambda entry: entry["smallest_customers"] or 0)
    if (largest["smallest_customers"] or 0) >= choice["minimum_customers"]:
        return Reason("alike")  # no silhouette: hardly two customers differ
    return Reason("small", largest) if largest["smallest_customers"] is not None else Reason("tiny", largest)


def figures(model: Record) -> dict[str, tuple[Any, str, int, tuple[str, ...]]]:
    """The figures that tell the reason: name -> value, unit, decimals, and its place in the model."""
    found, choice = reason(model), model["choice"]
    if found.name == "few":
        return {"minimum": (model["minimum_group"], "count", 0, ("minimum_group",))}
    if found.nearest is None:
        return {}
    place = ("evidence", found.nearest["k"])
    told = {"segments": (found.nearest["k"], "count", 0, (*place, "k"))}
    if found.name == "unstable":
        told["stability"] = (found.nearest["lowest_jaccard"], "score", 3, (*place, "lowest_jaccard"))
        return told | {"threshold": (choice["stable_from"], "score", 2, ("choice", "stable_from"))}
    if found.name == "small":
        told["smallest"] = (found.nearest["smallest_customers"], "people", 0, (*place, "smallest_customers"))
    return told | {"threshold": (choice["minimum_customers"], "count", 0, ("choice", "minimum_customers"))}
