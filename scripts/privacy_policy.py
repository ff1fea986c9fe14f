"""What personal data there are, where, and what was done with them: computed, and every sentence of it checked.

Inputs: contracts, SQL of the marts, published tables (features, segments), exploration, model, number ledger, modes of
the protected layers.
Outputs: _meta/data_policy.json, _meta/privacy/data_map.json.
"""

import csv
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import PROTECTED_LAYERS, read_json, write_json
from elt.privacy import data_map
from elt.protection import pseudonyms
from elt.protection.disclosure import ONE, TWO
from elt.retention import deletion

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

ACTIONS = {
    "none": "as it is",
    "quasi": "only aggregated or generalised",
    "identifier": "only as keyed pseudonym, or counted",
    "direct": "stays in the protected layers",
}
ALLOWED = {  # class -> forms in which the exploration may show a column of it
    "none": set(data_map.SHOWN.values()),
    "quasi": set(data_map.SHOWN.values()),
    "identifier": {"missing"},
    "direct": {"missing"},
}
REPORT_THIS = "Report this"


def classified(
    columns: Mapping[str, Mapping[str, Any]], layers: Sequence[str], forms: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Any]]:
    """Column -> class, action, the layers that hold it, forms in which something of it is published.

    That values of a column are missing is published as a number; it is no value and does not leave by it.
    """
    return {
        name: {
            "class": spec["personal"],
            "action": ACTIONS[spec["personal"]],
            "layers": list(layers),
            "published_as": sorted(forms.get(name, ())),
            "leaves_protected_layers": bool(set(forms.get(name, ())) - {"missing"}),
            "description": spec["description"],
        }
        for name, spec in columns.items()
    }


def layers_of(field: Mapping[str, Any]) -> tuple[str, ...]:
    """Layers that hold a field of a contract; a computed one is in no raw file."""
    return ("silver",) if "compute" in field else ("bronze", "silver")


def check_classes(contracts: Mapping[str, Any], marts: Mapping[str, Any]) -> dict[str, int]:
    """How many fields and columns have a class; raises Fault if one has none."""
    every = [(f"contract {name}", f["name"], f) for name, c in contracts.items() for f in c["fields"]]
    every += [
        (f"mart {name}", column, spec) for name, mart in marts.items() for column, spec in mart["columns"].items()
    ]
    for where, column, spec in every:
        if spec.get("personal") not in ACTIONS:
            raise Fault(where, f"column {column} has no personal class", "Give it one: unknown means personal")
    return {"columns": len(every), "without_class": 0}


def header(path: str) -> list[str]:
    """Column names of a CSV file."""
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def check_published(path: str, personal: Sequence[str]) -> dict[str, Any]:
    """What a published row-level table holds: a row a pseudonym, in their order, nothing else; raises Fault."""
    columns, where = header(path), Path(path).name
    if "customer" not in columns:
        raise Fault(where, "has no column customer with the pseudonym", REPORT_THIS)
    if leaked := sorted(set(columns) & set(personal)):
        raise Fault(where, f"publishes the personal column {', '.join(leaked)}", REPORT_THIS)
    rows = wrong = unsorted = 0
    last = ""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            wrong += not pseudonyms.is_pseudonym("customer", row["customer"])
            unsorted += row["customer"] <= last
            last = row["customer"]
    if wrong:
        raise Fault(where, f"{wrong} rows carry no pseudonym", REPORT_THIS)
    if unsorted:
        raise Fault(where, f"{unsorted} rows repeat a pseudonym or are not in the order of pseudonyms", REPORT_THIS)
    return {"columns": columns, "identifier": "customer (keyed pseudonym)", "rows": rows}


def check_exploration(items: Iterable[Mapping[str, Any]], marts: Mapping[str, Any]) -> dict[str, int]:
    """How many columns the exploration shows by class allows; raises Fault on a form that a class does not allow."""
    shown = 0
    for item in items:
        mart, _, column = item["what"].partition(".")
        if item["file"] == data_map.EXPLORATION and column in marts.get(mart, {}).get("columns", {}):
            personal = marts[mart]["columns"][column]["personal"]
            if item["form"] not in ALLOWED[personal]:
                problem = f"shows {item['form']} of {item['what']}, which is of class {personal}"
                raise Fault(Path(item["file"]).name, problem, REPORT_THIS)
            shown += 1
    return {"columns": shown, "not_allowed": 0}


def smallest_groups(summary: Mapping[str, Any], model: Mapping[str, Any], minimum: int) -> dict[str, Any]:
    """The smallest group of people that is published and how many groups are hidden; raises Fault if one is too small.

    People are counted in breakdowns and segments; `suppressed_groups` also counts groups of rows in the profiles.
    """
    parts = [part for part in summary["breakdowns"].values() if part]
    people = [group["customers"] for part in parts for group in part["groups"]]
    people += [segment["customers"] for segment in model["segments"]]
    counts = [count for count in people if isinstance(count, int) and count > 0]
    if (smallest := min(counts, default=None)) is not None and smallest < minimum:
        raise Fault("published groups", f"one is about {smallest} people, fewer than {minimum}", REPORT_THIS)
    hidden = sum(part["suppressed_groups"] for part in parts)
    hidden += sum(column.get("suppressed_groups", 0) for mart in summary["marts"] for column in mart["columns"])
    hidden += sum(bool(segment.get("is_suppressed")) for segment in model["segments"])
    return {"smallest_group": smallest, "minimum_group": minimum, "suppressed_groups": hidden}


def open_files(run: Path) -> list[str]:
    """Files and folders of the protected layers that group or others can open."""
    found = []
    for layer in PROTECTED_LAYERS:
        for path in [run / layer, *sorted((run / layer).rglob("*"))]:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.append(path.relative_to(run).as_posix())
    return found


def check_modes(run: Path) -> dict[str, int]:
    """None of the protected files is open to others; raises Fault otherwise."""
    if exposed := open_files(run):
        problem = f"{len(exposed)} files of the protected layers can be opened by others"
        raise Fault(exposed[0], problem, "Type: chmod -R go= on them")
    return {"open_to_others": 0}


def check_retention(tables: Sequence[str], evidence: Sequence[str], days: int) -> dict[str, Any]:
    """Which published files are due and which stay, as expiry decides it; raises Fault where a table would stay."""
    if kept := [name for name in tables if not deletion.is_row_level(name)]:
        raise Fault(kept[0], "holds a row a person and would never be due", REPORT_THIS)
    if due := [name for name in evidence if deletion.is_row_level(name)]:
        raise Fault(due[0], "is evidence and would be deleted with the data", REPORT_THIS)
    return {"days": days, "row_level": sorted(tables), "evidence": sorted(evidence)}


def described(
    contracts: Mapping[str, Any], marts: Mapping[str, Any], mapped: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(contract -> field -> facts, mart -> column -> facts): class, action, layers, forms by the data map."""
    silver: dict[str, Any] = {}
    for name, contract in contracts.items():
        forms = {field: {place["form"] for place in facts["published"]} for field, facts in mapped["raw"][name].items()}
        silver[name] = {}
        for field in contract["fields"]:
            silver[name] |= classified({field["name"]: field}, layers_of(field), forms)
    gold = {}
    for name, mart in marts.items():
        forms = {column: facts["forms"] for column, facts in mapped["marts"][name]["columns"].items()}
        gold[name] = classified(mart["columns"], ("gold",), forms)
    return silver, gold


def statements(
    classes: Mapping[str, int],
    released: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, int],
    groups: Mapping[str, Any],
    modes: Mapping[str, int],
    kept: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Each sentence of the policy with what was counted for it; who calls this has done the checks before."""
    rows = sum(table["rows"] for table in released.values())
    due = {"days": kept["days"], "due": len(kept["row_level"]), "stay": len(kept["evidence"])}
    said = [
        ("classes", "Every field of every contract and every column of every mart has a class.", classes),
        (
            "columns",
            "Published row-level tables hold no column of class quasi, identifier or direct.",
            {"tables": len(released), "personal_columns": 0},
        ),
        (
            "pseudonyms",
            "Every row of them carries a keyed pseudonym, no pseudonym stands twice in a table, and the rows are in "
            "the order of the pseudonyms.",
            {"rows": rows, "without_pseudonym": 0, "out_of_order": 0},
        ),
        (
            "exploration",
            "The exploration shows no more of a column of class identifier or direct than how many values are missing.",
            shown,
        ),
        ("groups", "No published group of people is smaller than the minimum group.", groups),
        ("modes", "No file or folder of the protected layers can be opened by group or others.", modes),
        (
            "retention",
            "Published row-level tables are due so many days after the end of the run; published evidence is not.",
            due,
        ),
    ]
    return [{"id": name, "says": says, "checked": dict(checked)} for name, says, checked in said]


def main(
    contracts: Mapping[str, Any],
    marts: Mapping[str, Any],
    sql_files: Mapping[str, str],
    formulas: Mapping[str, str],
    star: Mapping[str, Any],
    published: Sequence[str],
    sources: Mapping[str, str],
    reports: Sequence[str],
    settings: Mapping[str, Any],
    outputs: Sequence[str],
) -> None:
    """Compute map and policy, check what they claim, write them; raises Fault where a claim does not hold.

    `sql_files`: of every mart; `star`: columns of the star schema; `sources`: files by summary, model and numbers;
    `reports`: what else is published; `settings`: key_id, minimum_group, retention_days; `outputs`: policy, data map.
    """
    policy_file, map_file = outputs
    run, minimum = Path(policy_file).parents[1], settings["minimum_group"]
    inside = [Path(path).relative_to(run).as_posix() for path in published]
    evidence = [Path(path).relative_to(run).as_posix() for path in [*sources.values(), *reports]]
    classes = check_classes(contracts, marts)
    sql = {name: Path(path).read_text(encoding="utf-8") for name, path in sql_files.items()}
    summary, model, numbers = (read_json(sources[name]) for name in ("summary", "model", "numbers"))
    headers = {name: header(path) for name, path in zip(inside, published, strict=True)}
    items = data_map.published(headers, summary, model, numbers["figures"], marts)
    mapped = data_map.data_map(contracts, marts, data_map.traced(contracts, marts, sql, formulas, star), items)
    silver, gold = described(contracts, marts, mapped)
    named = sorted(
        {column for table in (*silver.values(), *gold.values()) for column, c in table.items() if c["class"] != "none"}
    )
    released = {Path(path).name: check_published(path, named) for path in published}
    groups = smallest_groups(summary, model, minimum)
    shown = check_exploration(items, marts)
    modes = check_modes(run)
    kept = check_retention(inside, evidence, settings["retention_days"])
    policy = {
        "classes": ACTIONS,
        "raw_tables": silver,
        "marts": gold,
        "published_row_level_tables": released,
        "pseudonyms": {"scheme": pseudonyms.SCHEME, "version": pseudonyms.VERSION, "key_id": settings["key_id"],
                       "prefix": pseudonyms.PREFIX["customer"]},
        "thresholds": {"minimum_group": minimum, "dominance_of_one": ONE, "dominance_of_two": TWO},
        "measured": groups,
        "retention": kept,
        "statements": statements(classes, released, shown, groups, modes, kept),
        "status": "Published row-level tables are pseudonymised; for whoever holds the key they are personal data.",
    }  # fmt: skip
    write_json(map_file, mapped)
    write_json(policy_file, policy)
    rulelog.log.info("%d columns, %d published items", classes["columns"], len(items))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        params.contracts,
        params.marts,
        dict(zip(params.marts, given.sql, strict=True)),
        params.formulas,
        params.star,
        given.published,
        {"summary": given.summary, "model": given.model, "numbers": given.numbers},
        given.reports,
        {name: params[name] for name in ("key_id", "minimum_group", "retention_days")},
        [snakemake.output.policy, snakemake.output.map],
    )
