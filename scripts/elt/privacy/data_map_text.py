"""The data map for people: every personal field forwards, every published item with a personal origin backwards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from elt.privacy.document_text import DASH, Wording, personal_fields, section
from elt.privacy.publications import EXPLORATION
from elt.report.markdown import Markdown, code, table
from elt.run.contract import Contract
from elt.run.lineage import ROWS

NO_FACTS: Mapping[str, Any] = {"marts": [], "chooses": [], "published": []}  # of a computed field: no raw file has it


def places(words: Wording, published: Iterable[Mapping[str, str]]) -> Markdown:
    """Published files that hold something of a field, each with its forms and how often."""
    counted = Counter((place["file"], place["form"]) for place in published)
    by_file: dict[str, list[str]] = {}
    for (file, form), count in sorted(counted.items()):
        by_file.setdefault(Path(file).name, []).append(f"{words['forms'][form]} ({words.number(count)})")
    listed = [f"{code(file)}: {', '.join(forms)}" for file, forms in by_file.items()]
    return Markdown("; ".join(listed) or words["map"]["nowhere"])


def names(values: Iterable[str]) -> Markdown:
    """Names in code letters, each once, sorted."""
    return Markdown(", ".join(code(value) for value in sorted(set(values))) or DASH)


def forwards(words: Wording, contracts: Mapping[str, Contract], mapped: Mapping[str, Any]) -> str:
    """From raw field to publication: a section a table, a row a personal field."""
    texts, fields, parts = words["map"], personal_fields(contracts), []
    for table_name in dict.fromkeys(name for name, _ in fields):
        rows = []
        for item in (item for owner, item in fields if owner == table_name):
            facts = mapped["raw"][table_name].get(item.name, NO_FACTS)
            rows.append([
                code(item.name), code(item.personal), names(facts["marts"]),
                names(facts["chooses"]), places(words, facts["published"]),
            ])  # fmt: skip
        parts.append(section(texts["raw"].format(table=code(table_name)), table(texts["raw_head"], rows)))
    return "".join(parts)


def masking(words: Wording, mapped: Mapping[str, Any], personal: set[str]) -> str:
    """What leaves in which form, and the personal fields of which it leaves."""
    reached: dict[str, set[str]] = {}
    for item in mapped["published"]:
        reached.setdefault(item["form"], set()).update(raw for raw in item["raw"] if raw in personal)
    rows = [[code(form), words["forms"][form], names(found)] for form, found in sorted(reached.items()) if found]
    return section(words["map"]["masking"], table(words["map"]["masking_head"], rows))


def backwards(words: Wording, mapped: Mapping[str, Any], personal: set[str]) -> str:
    """From publication back to the raw field; of the exploration only columns of a personal class and breakdowns."""
    texts, rows = words["map"], []
    classed = {
        f"{name}.{column}"
        for name, mart in mapped["marts"].items()
        for column, facts in mart["columns"].items()
        if facts["personal"] != "none"
    }
    for item in mapped["published"]:
        found = [raw for raw in item["raw"] if raw in personal]
        is_listed = item["file"] != EXPLORATION or item["what"] in classed or "breakdowns" in item["what"]
        if found and is_listed:
            marts = (leaf.removeprefix("gold.").replace(f".{ROWS}", "") for leaf in item["from"])
            rows.append([
                code(Path(item["file"]).name), code(item["what"]), words["forms"][item["form"]],
                words.number(item["figures"]), names(marts), names(found),
            ])  # fmt: skip
    return section(texts["back"], table(texts["back_head"], rows) + texts["more"])


def document(words: Wording, contracts: Mapping[str, Contract], mapped: Mapping[str, Any]) -> str:
    """The document as Markdown."""
    texts, fields = words["map"], personal_fields(contracts)
    personal = {f"{name}.{item.name}" for name, item in fields}
    by_column = sum(mart["by_column"] for mart in mapped["marts"].values())
    followed = words.filled(texts["traced"], {"marts": len(mapped["marts"]), "by_column": by_column})
    return (
        words.head(words.filled(texts["title"], {"fields": len(fields)}))
        + f"{texts['intro']}\n\n{followed}\n\n"
        + forwards(words, contracts, mapped)
        + masking(words, mapped, personal)
        + backwards(words, mapped, personal)
    )
