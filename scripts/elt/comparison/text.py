"""The comparison of two runs as Markdown: the answer first, then the details of each part that differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.comparison import statements
from elt.comparison.contents import UNKNOWN, Compared
from elt.comparison.statements import Part
from elt.comparison.states import Pair
from elt.comparison.wording import NAMED, Wording
from elt.report.markdown import Markdown, code, escape, table


@dataclass(frozen=True)
class Found:
    """What was found of two runs beside their statements: differing tables, customers by segment before and after.

    `moved`: None where the runs do not tell; `minimum`: the minimum group.
    """

    pair: Pair
    every: Sequence[Compared]
    moved: Mapping[tuple[str, str], int] | None
    minimum: int


def parts(found: Found, said: Wording) -> list[Part]:
    """All parts of the comparison, in the order of the page."""
    stated = (
        statements.endings, statements.versions, statements.settings, statements.steps, statements.raw_files,
    )  # fmt: skip
    pair, every = found.pair, found.every
    told = [part(pair, said) for part in stated]
    told += [cells("bronze", every, said), statements.counts(pair, said), statements.repairs(pair, said)]
    told += [cells("silver", every, said), cells("gold", every, said), statements.key_figures(pair, said)]
    return [*told, segments(found, said), files(pair, said)]


def row_name(compared: Compared, name: str, said: Wording) -> str:
    """A row for a cell: what names it, and its name."""
    name = said.say("unknown") if name == UNKNOWN else name
    is_worded = compared.rows_by in said.words["rows_by"]
    return said.say("rows_by", compared.rows_by, name=name) if is_worded else f"{compared.rows_by} {name}"


def row_names(compared: Compared, names: Sequence[str], count: int, said: Wording) -> str:
    """Rows for a cell: what names them and the first names."""
    more = f" {said.counted('more', count - len(names))}" if count > len(names) else ""
    return f"{row_name(compared, ', '.join(names), said)}{more}"


def cell_rows(compared: Compared, said: Wording) -> Iterator[list[Any]]:
    """One row a changed row, and one each for those that went or came."""
    found = compared.found
    name = code(f"{compared.layer} {compared.name}")
    if found is None:
        yield [name, said.say("not_there"), "", ""]
        return
    for row, columns in found.named:
        changed = Markdown(", ".join(map(code, columns)))
        yield [name, row_name(compared, row, said), changed, said.say("what", "changed")]
    if found.rows > len(found.named):
        yield [name, said.counted("more_rows", found.rows - len(found.named)), "", said.say("what", "changed")]
    for names, count, what in ((found.named_gone, found.gone, "gone"), (found.named_come, found.come, "new")):
        if count:
            yield [name, row_names(compared, names, count, said), "", said.say("what", what)]
    for columns, what in ((found.dropped, "column_gone"), (found.added, "new_column")):
        yield from ([name, "", code(column), said.say("what", what)] for column in columns)


def count_rows(every: Iterable[Compared], said: Wording) -> Iterator[list[Any]]:
    """One row a table that differs: rows gone, new and changed, changed cells by column."""
    for compared in every:
        if found := compared.found:
            cells = ", ".join(f"{name} {said.number(count)}" for name, count in list(found.columns.items())[:NAMED])
            counts = [said.number(count) for count in (found.gone, found.come, found.rows)]
            yield [code(f"{compared.layer} {compared.name}"), *counts, cells]


def cells(layer: str, every: Sequence[Compared], said: Wording) -> Part:
    """Changed cells of a layer."""
    mine = [one for one in every if one.layer == layer and not (one.found and one.found.is_none)]
    known = [one.found for one in mine if one.found]
    counts = {
        key: sum(getattr(one, name) for one in known)
        for key, name in (("cells_changed", "cells"), ("rows_gone", "gone"), ("rows_new", "come"))
    }
    words = [said.counted(key, count) for key, count in counts.items() if count]
    words += [said.say("other_columns")] * any(one.added or one.dropped for one in known)
    lost = [one.name for one in mine if one.found is None]
    words += [Markdown(said.say("not_there_any_more", names=said.listed(lost)))] * bool(lost)
    changed, *others = counts.values()
    answer = f"{'; '.join(map(escape, words))}{place(mine, changed, sum(others), said)}" if mine else said.say("same")
    rows = [row for one in mine for row in cell_rows(one, said)]
    return Part(layer, Markdown(answer), not mine, said.columns("table", "row", "column", "what"), rows)


def place(compared: Sequence[Compared], changed: int, others: int, said: Wording) -> str:
    """Where the only change is."""
    if changed != 1 or others or len(compared) != 1 or not (found := compared[0].found) or not found.named:
        return ""
    ((row, columns), *_) = found.named
    where = escape(row_name(compared[0], row, said))
    return said.say("only_place", table=code(compared[0].name), row=where, column=code(columns[0]))


def segments(found: Found, said: Wording) -> Part:
    """Customers by segment before and after; fewer than the minimum group are not counted exactly."""
    moved, minimum = found.moved, found.minimum
    if moved is None:
        why = "segments_gone" if found.pair.has_equal_pseudonyms else "other_key"
        return Part("segments", said.say(why), is_same=True, is_known=False)
    names = sorted({name for pair_of in moved for name in pair_of})
    changed = sum(count for (one, other), count in moved.items() if one != other)
    rows = [
        [one or said.say("no_segment"), *(few(moved.get((one, other), 0), minimum, said) for other in names)]
        for one in names
        if any(moved.get((one, other)) for other in names)
    ]
    of = few(sum(moved.values()), minimum, said)
    answer = said.say("moved", count=few(changed, minimum, said), of=of) if changed else said.say("same")
    header = (*said.columns("segments"), *(name or said.say("no_segment") for name in names))
    return Part("segments", answer, not changed, header, rows)


def few(count: int, minimum: int, said: Wording) -> str:
    """A number of people; none, or not fewer than the minimum group."""
    return f"<{minimum}" if 0 < count < minimum else said.number(count)


def title(pair: Pair, said: Wording) -> str:
    """Which run is compared to which."""
    return said.say("title", run=pair.after.run.name, other=pair.before.run.name)


def report(found: Found, said: Wording) -> str:
    """The page: a first screen with the answers, the details below."""
    told = parts(found, said)
    before, after = (code(state.run.name) for state in (found.pair.before, found.pair.after))
    text = f"# {escape(title(found.pair, said))}\n\n"
    text += f"**{verdict(told, said)}** {said.say('legend', before=before, after=after)}\n\n"
    text += table(said.columns("part", "answer"), [[said.words["parts"][part.key][0], part.answer] for part in told])
    for part in told:
        if not part.is_same and part.rows:
            more = f"{said.counted('rest', len(part.rows) - NAMED)}\n\n" if len(part.rows) > NAMED else ""
            text += f"## {said.words['parts'][part.key][0]}\n\n{table(part.header, part.rows[:NAMED])}{more}"
    if counted := list(count_rows(found.every, said)):
        header = said.columns("table", "gone", "new", "changed", "cells")
        text += f"## {said.say('tables')}\n\n{table(header, counted)}"
    return text.rstrip() + "\n"


def verdict(told: Sequence[Part], said: Wording) -> str:
    """The answer in one sentence."""
    other, unsure = (
        ", ".join(said.words["parts"][part.key][1] for part in told if not is_so(part))
        for is_so in (lambda part: part.is_same, lambda part: part.is_known)
    )
    unknown = said.say("not_told", parts=unsure) if unsure else ""
    return said.say("difference", parts=other, unknown=unknown) if other else said.say("no_difference", unknown=unknown)


def closing_words(found: Found, said: Wording, page: str) -> dict[str, Any]:
    """The answer for the console: a sentence, and a line a part."""
    told = parts(found, said)
    lines = [f"{said.words['parts'][part.key][0]}: {part.answer}".replace("`", "") for part in told]
    words = f"{title(found.pair, said)}. {verdict(told, said)}"
    return {"words": words, "lines": [*lines, said.say("all_of_it", page=page)]}


def files(pair: Pair, said: Wording) -> Part:
    """Files with other bytes, the name of the run apart."""
    names = [name for name in pair.other_files if not name.startswith("_closed/")]
    rows = [[code(name)] for name in names]
    of = said.number(len(pair.after.manifest["files"]))
    answer = said.counted("differ_of", len(names), of=of) if names else said.say("same")
    return Part("files", answer, not names, said.columns("file"), rows)
