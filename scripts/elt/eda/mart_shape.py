"""What the rows of a mart are about, and what a profile may show of each of its columns.

Rows of a mart are about persons if it has a customer_key; if it has a number of customers a row is about so many.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from elt.run.mart import Mart

PERSON = "customer_key"
PEOPLE_COUNTS = ("customers", "active_customers")


def kind(name: str, mart: Mart) -> str:
    """What a profile shows of a column: hidden, key (nothing but gaps), ages, months, number, boolean or category."""
    column = mart.by_name[name]
    closed = {"none": "months", "quasi": "ages" if name == "birth_date" else "hidden"}
    if column.personal not in closed:
        return "hidden"
    if name.endswith("_key") or name in mart.foreign_keys:
        return "key" if column.type != "date" else closed[column.personal]
    if column.type == "date":
        return closed[column.personal]
    if column.type in ("boolean", "string"):
        return {"boolean": "boolean", "string": "category"}[column.type]
    return "number" if column.personal == "none" else "hidden"


@dataclass(frozen=True)
class Shape:
    """`kinds`: what is shown, by column; `person`: the column that names the person a row is about; `people_count`: the
    column with the number of people a row is about; `surrogate`: the key whose 0 is the unknown member. None: absent.
    """

    kinds: Mapping[str, str]
    person: str | None
    people_count: str | None
    surrogate: str | None
    one_row_a_person: bool

    @classmethod
    def of(cls, mart: Mart) -> "Shape":
        """The shape of an entry of marts.yaml."""
        columns, key = mart.by_name, mart.key
        person = PERSON if PERSON in columns else None
        own_key = key[0] if len(key) == 1 and key[0].endswith("_key") else None
        return cls(
            kinds={name: kind(name, mart) for name in columns},
            person=person,
            people_count=None if person else next((name for name in PEOPLE_COUNTS if name in columns), None),
            surrogate=person or own_key,
            one_row_a_person=key == (PERSON,),
        )

    def named(self, *kinds: str) -> list[str]:
        """The columns of which one of these kinds is shown."""
        return [name for name, kind_of_column in self.kinds.items() if kind_of_column in kinds]

    @property
    def about_people(self) -> str:
        """How rows are about people, as the summary says it: row, rows of a person, number or no."""
        if self.person:
            return "row" if self.one_row_a_person else "rows of a person"
        return "number" if self.people_count else "no"
