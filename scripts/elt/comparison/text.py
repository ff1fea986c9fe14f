"""The comparison of two runs as Markdown: the answer first, then the details of each part that differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from elt.comparison.contents import Compared
from elt.comparison.statements import NAMED, Part, counted, listed
from elt.comparison.states import Pair
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import number

NOTHING = "no difference"
NO_SEGMENT = "no segment"


def row_names(compared: Compared, names: Sequence[str], count: int) -> str:
    """Rows for a cell: what names them and the first names."""
    more = f" and {number(count - len(names))} more" if count > len(names) else ""
    return f"{compared.rows_by} {', '.join(names)}{more}"


def cell_rows(compared: Compared) -> Iterator[list[Any]]:
    """One row a changed row, and one each for those that went or came."""
    found = compared.found
    name = code(f"{compared.layer} {compared.name}")
    if found is None:
        yield [name, "not in both runs any more", "", ""]
        return
    for row, columns in found.named:
        yield [name, f"{compared.rows_by} {row}", Markdown(", ".join(map(code, columns))), "changed"]
    if found.rows > len(found.named):
        yield [name, f"{number(found.rows - len(found.named))} more rows", "", "changed"]
    for names, count, what in ((found.named_gone, found.gone, "gone"), (found.named_come, found.come, "new")):
        if count:
            yield [name, row_names(compared, names, count), "", what]
    for columns, what in ((found.dropped, "column gone"), (found.added, "new column")):
        yield from ([name, "", code(column), what] for column in columns)


def count_rows(every: Iterable[Compared]) -> Iterator[list[Any]]:
    """One row a table that differs: rows gone, new and changed, changed cells by column."""
    for compared in every:
        if found := compared.found:
            cells = ", ".join(f"{name} {number(count)}" for name, count in list(found.columns.items())[:NAMED])
            counts = [number(count) for count in (found.gone, found.come, found.rows)]
            yield [code(f"{compared.layer} {compared.name}"), *counts, cells]


def cells(layer: str, every: Sequence[Compared]) -> Part:
    """Changed cells of a layer."""
    title = {"bronze": "Raw records", "silver": "Clean tables", "gold": "Marts"}[layer]
    mine = [one for one in every if one.layer == layer and not (one.found and one.found.is_none)]
    known = [one.found for one in mine if one.found]
    changed, gone, come = (sum(getattr(one, key) for one in known) for key in ("cells", "gone", "come"))
    counts = {
        f"{counted(changed, 'cell')} changed": changed,
        f"{counted(gone, 'row')} gone": gone,
        f"{counted(come, 'row')} new": come,
    }
    words = [text for text, count in counts.items() if count]
    words += ["other columns"] * any(one.added or one.dropped for one in known)
    lost = [one.name for one in mine if one.found is None]
    words += [Markdown(f"not in both runs any more: {listed(lost)}")] * bool(lost)
    answer = f"{'; '.join(map(escape, words))}{place(mine, changed, gone + come)}" if mine else "the same"
    rows = [row for one in mine for row in cell_rows(one)]
    return Part(title, Markdown(answer), not mine, ("table", "row", "column", "what"), rows)


def place(compared: Sequence[Compared], changed: int, others: int) -> str:
    """Where the only change is."""
    if changed != 1 or others or len(compared) != 1 or not (found := compared[0].found) or not found.named:
        return ""
    ((row, columns), *_) = found.named
    return f": {code(compared[0].name)}, {compared[0].rows_by} {escape(row)}, column {code(columns[0])}"


def segments(pair: Pair, moved: Mapping[tuple[str, str], int] | None, minimum: int) -> Part:
    """Customers by segment before and after; fewer than the minimum group are not counted exactly."""
    title = "Segments"
    if moved is None:
        why = (
            "the tables of segments are gone"
            if pair.has_equal_pseudonyms
            else "their pseudonyms were made with different keys"
        )
        return Part(title, f"cannot be compared, as {why}", is_same=True, is_known=False)
    names = sorted({name for pair_of in moved for name in pair_of})
    changed = sum(count for (one, other), count in moved.items() if one != other)
    rows = [
        [one or NO_SEGMENT, *(few(moved.get((one, other), 0), minimum) for other in names)]
        for one in names
        if any(moved.get((one, other)) for other in names)
    ]
    of_all = f"{few(changed, minimum)} of {few(sum(moved.values()), minimum)} customers"
    answer = f"{of_all} are in another segment" if changed else "the same"
    header = ("before \\ after", *(name or NO_SEGMENT for name in names))
    return Part(title, answer, not changed, header, rows)


def few(count: int, minimum: int) -> str:
    """A number of people; none, or not fewer than the minimum group."""
    return f"<{minimum}" if 0 < count < minimum else number(count)


def report(pair: Pair, parts: Sequence[Part], every: Sequence[Compared]) -> str:
    """The page: a first screen with the answers, the details below."""
    rows = [[part.title, part.answer] for part in parts]
    before, after = (code(state.run.name) for state in (pair.before, pair.after))
    text = f"# Run {escape(pair.after.run.name)} compared to {escape(pair.before.run.name)}\n\n"
    text += f"**{verdict(pair, parts)}** “Before” is {before}, “after” is {after}. No content of a cell is told.\n\n"
    text += table(["part", "answer"], rows)
    for part in parts:
        if not part.is_same and part.rows:
            more = f"And {number(len(part.rows) - NAMED)} more.\n\n" if len(part.rows) > NAMED else ""
            text += f"## {part.title}\n\n{table(part.header, part.rows[:NAMED])}{more}"
    if counted := list(count_rows(every)):
        text += f"## Counts by table\n\n{table(['table', 'rows gone', 'rows new', 'rows changed', 'cells'], counted)}"
    return text.rstrip() + "\n"


def verdict(pair: Pair, parts: Sequence[Part]) -> str:
    """The answer in one sentence."""
    other = [part.title.lower() for part in parts if not part.is_same]
    unknown = [part.title.lower() for part in parts if not part.is_known]
    told = f"; not told: {', '.join(unknown)}" if unknown else ""
    if not other:
        return f"There is {NOTHING}{told}."
    return f"The runs differ in: {', '.join(other)}{told}."


def files(pair: Pair) -> Part:
    """Files with other bytes, the name of the run apart."""
    names = [name for name in pair.other_files if not name.startswith("_closed/")]
    rows = [[code(name)] for name in names]
    answer = f"{number(len(names))} of {number(len(pair.after.manifest['files']))} differ" if names else "the same"
    return Part("Files", answer, not names, ("file",), rows)
