"""Which exports form a table together, what it is called, and which pattern finds its files and no others."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path

from elt.bronze.exports import composed, matching, place_of
from elt.draft.export_files import Export
from elt.draft.personal_hints import without_persons

LEAST_LETTERS = 3  # that names of files must share to be one table


@dataclass
class Draft:
    """A table to be drafted: name, pattern of its files, the files."""

    name: str
    pattern: str
    exports: list[Export]


def slug(text: str) -> str:
    """A text as the name of a table: lower case, umlauts written out, words joined by _."""
    for letter, written in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        text = unicodedata.normalize("NFC", text).lower().replace(letter, written)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if name[:1].isalpha() else f"table_{name}".rstrip("_")


def shared_start(texts: Sequence[str]) -> str:
    """The letters with which all texts begin."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike)


def stem_of(paths: Sequence[Path]) -> str:
    """What the names of files have in common, without years, months and numbers behind it."""
    common = shared_start([composed(path.stem) for path in paths])
    return re.sub(r"(?:[\W_]+\d|\d{4})[\d\W_]*$", "", common).rstrip(" _-.(") or common


def pattern_of(raw: Path, paths: Sequence[Path]) -> str | None:
    """The widest pattern that finds these files and no others below the raw folder; None if there is none."""
    folders = {place_of(path.parent, raw) for path in paths}
    folder = "**/" if len(folders) > 1 else "" if (only := folders.pop()) == "." else f"{only}/"
    suffix, common, stem = paths[0].suffix, shared_start([composed(path.stem) for path in paths]), stem_of(paths)
    said = without_persons(common)
    begins: tuple[str, ...] = () if said == common else (f"{said}*",)
    begins += () if any(map(str.isalpha, common)) else ("[0-9]*",)  # a file a day; the next month is no other table
    joint = common.removesuffix(re.sub(r"^[\W_]*", "", common[len(stem) :]))
    for start in (*begins, f"{stem}*", f"{joint}[0-9]*", f"{common}*", f"{common}[0-9]*", common):
        name = start + suffix
        if matching(raw, folder + name) == sorted(paths):
            return folder + name
    return None


def together(exports: Iterable[Export]) -> list[list[Export]]:
    """Exports with equal columns, one ending and names that begin alike; the others alone."""
    groups: list[list[Export]] = []
    for export in exports:
        group = next((group for group in groups if belongs(export, group)), None)
        if group is None:
            groups.append([export])
        else:
            group.append(export)
    return groups


def belongs(export: Export, group: Sequence[Export]) -> bool:
    """Whether an export is of one table with the exports of a group."""
    first, paths = group[0], [*(other.source for other in group), export.source]
    is_same = {c.casefold() for c in first.columns} == {c.casefold() for c in export.columns}
    is_kind = first.source.suffix == export.source.suffix and first.sheet == export.sheet
    is_numbered = all(not any(map(str.isalpha, path.stem)) for path in paths)  # a file a day: 20240131.csv
    is_alike = is_kind and (is_numbered or sum(map(str.isalpha, stem_of(paths))) >= LEAST_LETTERS)
    placed = [{name.casefold(): at for name, at in one.positions.items()} for one in (first, export)]
    return is_same and placed[0] == placed[1] and is_alike


def grouped(raw: Path, exports: Iterable[Export], taken: Iterable[str]) -> list[Draft]:
    """The tables that exports form, with names that no contract has."""
    drafts: list[Draft] = []
    names = set(taken)
    for group in together(exports):
        pattern = pattern_of(raw, [export.source for export in group])
        for part in [group] if pattern else [[export] for export in group]:
            paths = [export.source for export in part]
            sheet = "" if part[0].sheet is None or part[0].is_only_sheet else f" {without_persons(part[0].sheet)}"
            stem = stem_of(paths)
            if len(paths) > 1 and not any(map(str.isalpha, stem)) and paths[0].parent != raw:
                stem = paths[0].parent.name
            name = free_name(slug(f"{without_persons(stem)}{sheet}"), names)
            names.add(name)
            drafts.append(Draft(name, pattern or pattern_of(raw, paths) or part[0].where, part))
    return drafts


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name that is not taken: the wanted one, else with the next free number behind it."""
    numbered = (f"{wanted}_{number}" for number in count(2))
    return next(name for name in chain([wanted], numbered) if name not in taken)
