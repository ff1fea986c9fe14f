"""The data map: from every raw field, over the marts, to everything that is published, and the masking on the way.

Computed from contracts, the SQL of the marts, and what the published files of a run say of themselves. Its forms are
those of elt/privacy/publications.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.privacy import origins
from elt.privacy.publications import Publication
from elt.run import mart_lineage, sql_names
from elt.run.company import StarColumn
from elt.run.contract import Contract
from elt.run.lineage import Leaf, Leaves, Traced
from elt.run.mart import Mart

PERSONAL = ("quasi", "identifier", "direct")


@dataclass(frozen=True)
class Knowledge:
    """What the map is computed from, beside the published files.

    `sql`: mart -> its text; `formulas`: of the key figures that SQL names; `star`: columns of the star schema by mart.
    """

    contracts: Mapping[str, Contract]
    marts: Mapping[str, Mart]
    sql: Mapping[str, str]
    formulas: Mapping[str, str]
    star: Mapping[str, Mapping[str, StarColumn]]


def traced(known: Knowledge) -> dict[str, Traced]:
    """Mart -> its lineage."""
    sql = {name: sql_names.with_formulas(known.sql[name], known.formulas) for name in known.marts}
    return mart_lineage.traced(known.contracts, known.marts, sql, known.star)


class _Map:
    """The map on its way: the lineage of the marts, and what was found of each raw field."""

    def __init__(self, known: Knowledge) -> None:
        self.known, self.traced = known, traced(known)
        self.raw: dict[str, dict[str, dict[str, list[Any]]]] = {
            name: {
                item.name: {"marts": [], "chooses": [], "published": []}
                for item in contract.fields
                if item.compute is None
            }
            for name, contract in known.contracts.items()
        }
        self.forms: dict[Leaf, set[str]] = {}  # mart column -> forms in which something of it is published
        self._origins: dict[Leaves, list[Leaf]] = {}

    def origin(self, leaves: Leaves) -> list[Leaf]:
        """(contract, raw field) that leaves come from, sorted."""
        if leaves not in self._origins:
            self._origins[leaves] = sorted(origins.to_raw(self.known.contracts, self.traced, leaves))
        return self._origins[leaves]

    def note(self, leaves: Leaves, kind: str, fact: Any) -> None:
        """Add a fact to every raw field that leaves come from."""
        for table, name in self.origin(leaves):
            if name in self.raw[table]:
                self.raw[table][name][kind].append(fact)

    def add_marts(self) -> None:
        """Note at the raw fields which mart columns take values from them, and which marts they choose rows of."""
        for mart, trace in self.traced.items():
            for column, leaves in trace.columns.items():
                self.note(leaves, "marts", f"{mart}.{column}")
            self.note(trace.choosing, "chooses", mart)

    def add_publication(self, item: Publication) -> dict[str, Any]:
        """Note a publication at its mart columns and raw fields; it as an entry of the map."""
        for leaf in origins.to_gold(self.traced, item.leaves):
            self.forms.setdefault(leaf, set()).add(item.form)
        place = {"file": item.file, "what": item.what, "form": item.form}
        self.note(item.leaves, "published", place)
        return {
            **place,
            "figures": item.figures,
            "from": _dotted(sorted(item.leaves)),
            "raw": _dotted(self.origin(item.leaves)),
        }

    def described(self, name: str) -> dict[str, Any]:
        """The entry of a mart."""
        trace, mart = self.traced[name], self.known.marts[name]
        columns = {
            column: {
                "personal": mart.by_name[column].personal,
                "from": _dotted(sorted(leaves)),
                "raw": _dotted(self.origin(leaves)),
                "forms": sorted(self.forms.get((f"gold.{name}", column), ())),
            }
            for column, leaves in trace.columns.items()
        }
        chosen_by = _dotted(self.origin(trace.choosing))
        return {"by_column": trace.is_by_column, "chosen_by": chosen_by, "columns": columns}


def _dotted(leaves: Iterable[Leaf]) -> list[str]:
    """Leaves as <table>.<column>."""
    return [".".join(leaf) for leaf in leaves]


def data_map(known: Knowledge, items: Sequence[Publication]) -> dict[str, Any]:
    """raw: contract -> field -> marts and published places that hold something of it; marts: column -> origin; items.

    `marts` and `published` of a field: by value; `chooses`: marts whose rows it chooses, joins or groups.
    """
    made = _Map(known)
    made.add_marts()
    listed = [made.add_publication(item) for item in items]
    return {"raw": made.raw, "marts": {name: made.described(name) for name in made.traced}, "published": listed}
