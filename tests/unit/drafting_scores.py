"""How right drafts of contracts are: each is compared with the truth beside its export in tests/data/drafting."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT

import draft_contracts

FOLDER = ROOT / "tests/data/drafting"
REFERENCE = re.compile(r"^#   - (\{fields: .*\})$", re.M)
WRITTEN = re.compile(r"^# (.+?): encoding (\S+) \(.*\); delimiter (\w+)$", re.M)
FIELD = re.compile(r"^  - name: (.+)\n((?:    .*\n)*)", re.M)
ROLE = re.compile(r"^    # role: (\w+)", re.M)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
Scores = Counter[str]


def loaded(text: str) -> Any:
    """What a text in YAML states, by the reader that is not in Python."""
    return yaml.load(text, yaml.CSafeLoader)


def drafts(system: str, folder: Path) -> list[str]:
    """The texts of the contracts that are drafted from the exports of a system."""
    company = folder / system
    draft_contracts.main(str(FOLDER / system), str(company), str(folder / "staging"), str(folder / f"{system}.json"))
    return [path.read_text("utf-8") for path in sorted(company.glob("contracts/*.yaml"))]


class Draft:
    """A drafted contract, as far as it is compared."""

    def __init__(self, text: str) -> None:
        self.text, self.stated = text, loaded(text)
        self.blocks = {loaded(name): block for name, block in FIELD.findall(text)}

    def covers(self, files: Iterable[str]) -> bool:
        """Whether it is the draft of some files."""
        return all(fnmatchcase(name, self.stated["files"]) for name in files)

    @property
    def references(self) -> set[tuple[str, str, str]]:
        """Proposed references: field, drafted table, field of it."""
        found = [loaded(one) for one in REFERENCE.findall(self.text)]
        return {(one["fields"][0], one["reference"]["resource"], one["reference"]["fields"][0]) for one in found}

    def is_hinted(self, name: str) -> bool:
        """Whether a field is said to look personal."""
        return "looks personal" in self.blocks[name]

    def role(self, name: str) -> str | None:
        """The role that is proposed for a field."""
        found = ROLE.search(self.blocks[name])
        return found[1] if found else None

    @property
    def dialect(self) -> dict[str, Any]:
        """How its files are said to be written."""
        _, encoding, delimiter = WRITTEN.findall(self.text)[0]
        stated = {"skipLines": 0, "skipFooterLines": 0} | self.stated.get("dialect", {})
        kept = {key: stated[key] for key in ("skipLines", "skipFooterLines")}
        return {"encoding": encoding, "delimiter": DELIMITERS[delimiter], **kept}


def compared(system: str, folder: Path) -> Iterator[tuple[str, bool, str]]:
    """(score, whether it is right, place) of everything that is compared in the tables of a system."""
    truth = loaded((FOLDER / system / "truth.yaml").read_text("utf-8"))
    found = [Draft(text) for text in drafts(system, folder)]
    by_table = {name: next((d for d in found if d.covers(right["files"])), None) for name, right in truth.items()}
    called = {draft.stated["name"]: name for name, draft in by_table.items() if draft}
    for name, right in truth.items():
        place, draft = f"{system}/{name}", by_table[name]
        yield "drafted", draft is not None, place
        if draft:
            yield from of_table(place, draft, right, called, system)


def of_table(
    place: str, draft: Draft, right: dict[str, Any], called: dict[str, str], system: str
) -> Iterator[tuple[str, bool, str]]:
    """The same of one table."""
    is_ascii = all((FOLDER / system / file).read_bytes().isascii() for file in right["files"])
    dialect = right["dialect"] | ({"encoding": draft.dialect["encoding"]} if is_ascii else {})
    yield "dialect", draft.dialect == dialect, f"{place}: {draft.dialect} for {dialect}"
    key = draft.stated["primaryKey"] or []
    yield "key", sorted(key) in [sorted(one) for one in right["keys"]], f"{place}: {key} for {right['keys']}"
    references = {(name, called.get(table, table), other) for name, table, other in draft.references}
    wanted = {(one[0], one[1], one[2]) for one in right["references"]}
    yield from (("reference proposed", one in wanted, f"{place}: {one}") for one in sorted(references))
    yield from (("reference found", one in references, f"{place}: {one}") for one in sorted(wanted))
    fields = {one["name"]: one for one in draft.stated["fields"]}
    for name, what in right["fields"].items():
        yield from of_field(f"{place}.{name}", draft, fields.get(name), what)


def of_field(
    place: str, draft: Draft, drafted: dict[str, Any] | None, what: dict[str, Any]
) -> Iterator[tuple[str, bool, str]]:
    """The same of one field."""
    if drafted is None:
        yield "type", False, f"{place}: no field"
        return
    form = drafted.get("format", [])
    formats = [form] if isinstance(form, str) else form
    is_right = (drafted["type"], sorted(formats)) == (what["type"], sorted(what.get("formats", [])))
    yield "type", is_right, f"{place}: {drafted['type']} {formats} for {what['type']} {what.get('formats', '')}"
    is_personal, is_hinted = what["personal"] != "none", draft.is_hinted(drafted["name"])
    if is_personal:
        yield "personal found", is_hinted, place
    if is_hinted:
        yield "personal hinted", is_personal, place
    role, wanted = draft.role(drafted["name"]), what.get("role")
    if wanted:
        yield "role found", role == wanted, f"{place}: {role} for {wanted}"
    if role:
        yield "role proposed", role == wanted, f"{place}: {role} for {wanted}"


def scored(found: Iterable[tuple[str, bool, str]]) -> dict[str, tuple[int, int]]:
    """Score -> (right ones, all)."""
    right, every = Counter[str](), Counter[str]()
    for score, is_right, _ in found:
        every[score] += 1
        right[score] += is_right
    return {score: (right[score], count) for score, count in sorted(every.items())}


def table(scores: dict[str, tuple[int, int]]) -> str:
    """Scores as lines."""
    return "\n".join(
        f"{name:20} {right:4} of {every:4} {right / every:7.1%}" for name, (right, every) in scores.items()
    )
