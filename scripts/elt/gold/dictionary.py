"""The data dictionary as Markdown: every mart with its columns, and every key figure with its formula."""

from collections.abc import Mapping

from elt.report.languages import in_language
from elt.report.markdown import code, escape, table
from elt.report.words import Words
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.run.mart import Mart

COLUMNS = ("column", "type", "unit", "needed", "target", "personal", "meaning")
KPIS = ("name", "definition", "exclusions", "formula", "unit", "direction")


def unit_text(unit: str | None, words: Words) -> str:
    """A unit in words; of a company's own unit as it is."""
    return words["units"].get(unit, unit or "")


def column_row(mart: Mart, column: Column, words: Words) -> list[str]:
    """A column: type, unit, whether it must have a value, what it refers to, personal class, meaning."""
    kind = words["types"].get(column.type, column.type)
    if column.decimals is not None:
        kind = words["decimals"].format(type=kind, decimals=column.decimals)
    is_needed = "key" if column.name in mart.key else "required" if column.required else None
    goal = code(mart.foreign_keys[column.name]) if column.name in mart.foreign_keys else ""
    needed = words["needed"][is_needed] if is_needed else ""
    meaning = in_language(column.description, words["language"])
    unit, personal = unit_text(column.unit, words), words["classes"][column.personal]
    return [code(column.name), kind, unit, needed, goal, personal, meaning]


def kpi_row(kpi: Kpi, words: Words) -> list[str]:
    """A key figure: names in both languages, what it is, what it leaves out, how it is computed."""
    language = words["language"]
    exclusions = kpi.exclusions[language] if kpi.exclusions else ""
    return [f"{kpi.name['en']} / {kpi.name['de']}", kpi.definition[language], exclusions, code(kpi.formula),
            unit_text(kpi.unit, words), words["directions"][kpi.direction]]  # fmt: skip


def mart_title(mart: Mart, words: Words) -> str:
    """The heading of a mart."""
    return f"## {code(mart.name)}: {escape(in_language(mart.title, words['language']))}\n\n"


def grain(mart: Mart, words: Words) -> str:
    """What one row is, as the beginning of a sentence."""
    text = in_language(mart.grain, words["language"])
    return escape(text[:1].upper() + text[1:])


def dictionary(marts: Mapping[str, Mart], kpis: Mapping[str, Kpi], words: Words) -> str:
    """The whole dictionary; one section a mart, one for the key figures."""
    columns, figures = ([words["columns"][name] for name in names] for names in (COLUMNS, KPIS))
    parts = [f"# {words['dictionary_title'].format(marts=len(marts), kpis=len(kpis))}\n\n{words['personal']}\n\n"]
    for mart in marts.values():
        rows = [column_row(mart, column, words) for column in mart.columns]
        parts.append(f"{mart_title(mart, words)}{grain(mart, words)}.\n\n{table(columns, rows)}")
    rows = [kpi_row(kpi, words) for kpi in kpis.values()]
    return "".join([*parts, f"## {words['headings']['kpis']}\n\n", table(figures, rows)])
