"""What `snakemake draft_contracts` is asked for, and what it says when it ends."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from elt import rulelog
from elt.files import read_json


def faults(config: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the settings that a draft needs: raw and company."""
    if not isinstance(config.get("raw"), str) or not Path(config["raw"]).is_dir():
        yield f"raw: {config.get('raw')} is no folder. Give the folder with the exports: --config raw=<folder>"
    company = config.get("company")
    if not isinstance(company, str) or Path(company).name in ("", ".."):
        yield f"company: {company} is no name of a folder. Give the one to draft in: --config company=config/<new>"
    elif Path(company).exists() and not Path(company).is_dir():
        yield f"company: {company} is a file. Give a folder, new or not: --config company=config/<new>"


def table_line(name: str, found: Mapping[str, Any]) -> str:
    """One drafted contract in the closing words."""
    open_points = f", {found['open']} open points (search for OPEN)" if found["open"] else ""
    key = "" if found["has_key"] else ", no key found"
    hints = f"{found['hints']} of {found['fields']} fields look personal"
    ignored = f", {found['ignored']} columns under ignore" if found["ignored"] else ""
    return f"  {name}.yaml: {found['records']} records, {hints}{ignored}{key}{open_points}"


def prepared(config: Mapping[str, Any]) -> tuple[Path, list[str]]:
    """(folder of the draft's evidence, faults of what was asked)."""
    return home(config), list(faults(config))


def home(config: Mapping[str, Any]) -> Path:
    """Folder of a draft's evidence."""
    return Path("artifacts/drafts") / Path(str(config["company"])).name


def result(folder: Path, config: Mapping[str, Any]) -> str:
    """The closing words of a draft: contracts drafted, contracts left as they are, files left out, the next step."""
    found = read_json(folder / "_meta/draft.json")
    company, raw = config["company"], config["raw"]
    lines = [f"\n{len(found['drafted'])} contracts drafted in {company}/contracts."]
    lines += [table_line(name, table) for name, table in found["drafted"].items()]
    if found["kept"]:
        lines.append("Left as they are, as a contract is there:")
        lines += [f"  {name}.yaml ({files})" for name, files in found["kept"].items()]
    if found["faults"]:
        lines.append("Not drafted:")
        lines += [f"  {fault}" for fault in found["faults"]]
    if found["drafted"]:
        lines += [
            "",
            f"Next: read the drafts, and replace every `unclassified` by the class that a person decides. Until then a "
            f"run refuses them. docs/bring_your_own_data.md goes on from here. Then check with\n"
            f"  snakemake -n --config company={company} raw={raw}",
        ]
    return "\n".join(lines)


def star_result(folder: Path, config: Mapping[str, Any]) -> str:
    """The closing words of a draft of the star schema: the files, and the next step."""
    found, company, raw = read_json(folder / "_meta/star.json"), config["company"], config["raw"]
    lines = [f"\n{len(found['written'])} files written, which take the place of what was drawn from roles:"]
    lines += [f"  {path}" for path in found["written"]]
    return "\n".join(
        [*lines, "", f"Next: change them, then check with\n  snakemake -n --config company={company} raw={raw}"]
    )


def failure(folder: Path, started: datetime, nothing: str = "No contract was drafted.") -> str:
    """The closing words of a draft that failed."""
    lines = [f"\n{nothing}"]
    lines += [f"  {message}" for _, message in rulelog.faults(folder / "_meta/logs", started.timestamp())]
    return "\n".join(lines)
