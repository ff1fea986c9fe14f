"""Settings and company knowledge, read and checked before anything runs: every fault in one message, a line each."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from elt.files import read_yaml
from elt.run import standard as star
from elt.run.sql_names import in_order, kpis, tables
from elt.silver.budgets import budget_faults

COMPANY_FILES = ("marts.yaml", "segments.yaml")
UNCLASSIFIED = "unclassified"  # what a draft of a contract says of every field
CLASSES = (
    "none (a metric or a closed category that tells nothing of a person), quasi (leaves the protected layers only in "
    "totals or generalised), identifier (only as a pseudonym) or direct (never)"
)
OPTIONAL_FILES = ("kpis.yaml", "privacy.yaml")  # without them: standard key figures, entries left to the controller


def schema_faults(content: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """One line a fault: the key, what is wrong with it, and what the schema says about it."""
    from jsonschema import Draft202012Validator

    for error in sorted(
        Draft202012Validator(schema).iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path]
    ):
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
        meaning = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
        text = error.message if len(error.message) < 200 else f"is not valid ({error.validator})"
        yield f"{key or 'top level'}: {text}{f' ({meaning})' if meaning else ''}"


def plain_dates(content: Any) -> Any:
    """YAML turns 2015-12-31 into a date; settings and contracts keep it as text."""
    if isinstance(content, dict):
        return {key: plain_dates(value) for key, value in content.items()}
    if isinstance(content, list):
        return [plain_dates(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def typed_texts(part: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a group as YAML takes them: the command line hands numbers inside a group over as text."""
    import yaml

    return {key: yaml.safe_load(value) if isinstance(value, str) else value for key, value in part.items()}


def read_company(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """(contents of config/<company>/ by file, faults); SQL texts of the marts under "sql"."""
    import yaml

    found: dict[str, Any] = {"contracts": {}}
    faults = []
    if not folder.is_dir():
        draft = f"snakemake draft_contracts --config raw=<folder> company={folder}"
        return found, [f"{folder}: there is no company in this folder. Draft one from its exports: {draft}"]
    optional = [folder / name for name in OPTIONAL_FILES if (folder / name).exists()]
    for path in [*sorted(folder.glob("contracts/*.yaml")), *(folder / name for name in COMPANY_FILES), *optional]:
        place = found["contracts"] if path.parent.name == "contracts" else found
        key = path.stem if path.parent.name == "contracts" else path.name
        try:
            place[key] = plain_dates(read_yaml(path))
        except FileNotFoundError:
            faults.append(f"{path}: the file is missing")
        except yaml.YAMLError as error:
            words = error.problem if isinstance(error, yaml.constructor.ConstructorError) else "is not YAML"
            mark = getattr(error, "problem_mark", None)
            faults.append(f"{path}: {words}{f' (line {mark.line + 1})' if mark else ''}")
        except UnicodeDecodeError:
            faults.append(f"{path}: is not UTF-8")
        except ValueError as error:  # a date such as 2015-02-30
            faults.append(f"{path}: holds a date that is none ({error})")
    return found, faults


def unclassified(contracts: Mapping[str, Any]) -> Iterator[str]:
    """One line a contract whose fields a person has yet to classify; the classes are taken as `direct` from then on."""
    for stem, contract in contracts.items():
        fields = contract.get("fields") if isinstance(contract, dict) else None
        listed = [field for field in fields or [] if isinstance(field, dict)] if isinstance(fields, list) else []
        open_fields = [field for field in listed if field.get("personal") == UNCLASSIFIED]
        for field in open_fields:
            field["personal"] = "direct"
        if open_fields:
            names = ", ".join(str(field.get("name")) for field in open_fields)
            yield (
                f"contracts/{stem}.yaml: personal: a person has to decide the class of {names}. "
                f"Replace {UNCLASSIFIED} by {CLASSES}"
            )


def contract_faults(contracts: Mapping[str, Any]) -> Iterator[str]:
    """What the schema cannot say: names that must match, fields that must exist."""
    for stem, contract in contracts.items():
        where, names = f"contracts/{stem}.yaml", [field["name"] for field in contract["fields"]]
        if contract["name"] != stem:
            yield f"{where}: name: must be {stem}, like the file"
        folded = [name.casefold() for name in names]
        for name in sorted({name for name in folded if folded.count(name) > 1}):
            yield f"{where}: fields: {name} is listed twice"
        for field in contract["fields"]:
            if "erasure" in field and ("compute" in field or field["type"] not in ("string", "integer")):
                key = f"fields.{field['name']}.erasure"
                yield f"{where}: {key}: only a text or integer that the file has identifies a person"
        used = [("primaryKey", name) for name in contract["primaryKey"]]
        used += [(f"repairs[{i}].field", repair["field"]) for i, repair in enumerate(contract.get("repairs", []))]
        used += [("keep.latest", contract["keep"]["latest"])] if "keep" in contract else []
        yield from (f"{where}: {key}: {name} is not one of the fields" for key, name in used if name not in names)


def ledger_faults(
    name: str, mart: Mapping[str, Any], contracts: Mapping[str, Any], formulas: Mapping[str, Any]
) -> Iterator[str]:
    """Tables, amounts and key figures of a mart's ledger that do not exist."""
    where, ledger = f"marts.yaml: marts.{name}.ledger", mart.get("ledger", {})
    for column, kpi in ledger.get("kpis", {}).items():
        if column not in mart["columns"]:
            yield f"{where}.kpis.{column}: is not a column"
        if kpi not in formulas:
            yield f"{where}.kpis.{column}: {kpi} is not a key figure over order lines"
    if "table" in ledger and ledger["table"] not in contracts:
        yield f"{where}.table: {ledger['table']} is not a contract"
    elif "table" in ledger:
        amounts = {field["name"] for field in contracts[ledger["table"]]["fields"] if field.get("money")}
        for column, field in ledger["money"].items():
            if column not in mart["columns"]:
                yield f"{where}.money.{column}: is not a column"
            if field not in amounts:
                yield f"{where}.money.{column}: {field} is not a money field of {ledger['table']}"


def mart_faults(
    marts: Mapping[str, Any], contracts: Mapping[str, Any], sql: Mapping[str, str], formulas: Mapping[str, Any]
) -> Iterator[str]:
    """Marts without SQL or entry, unknown tables and key figures, keys and references that do not exist, circles."""
    for name in sorted(sql.keys() - marts.keys()):
        yield f"marts.yaml: marts.{name}: has SQL (marts/{name}.sql) but no entry"
    known = {f"silver.{table}" for table in contracts} | {f"gold.{mart}" for mart in marts} | {"calendar.days"}
    needs = {}
    for name, mart in marts.items():
        if name not in sql:
            yield f"marts.yaml: marts.{name}: has no SQL (marts/{name}.sql)"
            continue
        try:
            read, used = tables(sql[name]), kpis(sql[name])
        except ValueError as error:
            yield f"marts/{name}.sql: {error}"
            continue
        yield from ledger_faults(name, mart, contracts, formulas)
        yield from (
            f"marts/{name}.sql: kpi.{kpi} is not a key figure over order lines (kpis.yaml)"
            for kpi in used
            if kpi not in formulas
        )
        yield from (
            f"marts/{name}.sql: {table} is neither a contract nor a mart" for table in read if table not in known
        )
        yield from (
            f"marts.yaml: marts.{name}.key: {c} is not a column" for c in mart["key"] if c not in mart["columns"]
        )
        for column, goal in mart.get("foreignKeys", {}).items():
            target, _, key = goal.partition(".")
            if column not in mart["columns"] or key not in marts.get(target, {}).get("columns", {}):
                yield f"marts.yaml: marts.{name}.foreignKeys.{column}: {goal} or {column} does not exist"
        needs[name] = {table.split(".")[1] for table in read if table.startswith("gold.")}
        needs[name] |= {goal.split(".")[0] for goal in mart.get("foreignKeys", {}).values()}
        needs[name] |= {"fact_sales"} if "kpis" in mart.get("ledger", {}) else set()
    try:
        in_order(needs)
    except ValueError as error:
        yield f"marts: these read each other in a circle: {error}"


def config_faults(config: Mapping[str, Any]) -> Iterator[str]:
    """What the schema cannot say: a day that is none, a range that is upside down."""
    if config["analysis_date"] != "newest":
        try:
            date.fromisoformat(config["analysis_date"])
        except ValueError:
            yield f"analysis_date: {config['analysis_date']} is no day"
    if config.get("objections") is not None and not Path(config["objections"]).is_file():
        yield f"objections: {config['objections']} is no file"
    low, high = (config["segmentation"][key] for key in ("k_min", "k_max"))
    if low > high:
        yield f"segmentation.k_min: {low} is larger than k_max ({high})"


def within(path: Path, root: Path) -> str:
    """A path, relative to the project where it lies in it, so that a moved project knows its files again."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def contracts_of(config: Mapping[str, Any], root: Path, is_needed: bool) -> tuple[dict[str, Any], list[str]]:
    """(contracts of the company, faults) for targets that need no more of it; none is read unless it is needed."""
    faults = [f"config: {fault}" for fault in schema_faults(config, read_yaml(root / "config/schema.yaml"))]
    if faults or not is_needed:
        return {}, faults
    found, faults = read_company(Path(config["company"]))
    faults += [] if faults else list(schema_faults(found, read_yaml(root / "config/company.schema.yaml")))
    return found["contracts"], faults or list(contract_faults(found["contracts"]))


def load(config: Mapping[str, Any], root: Path) -> tuple[dict[str, Any], list[str]]:
    """(company knowledge: contracts, marts, calendar, kpis, segments, privacy and what `star` fits to them, faults).

    sql, sql_files: text and path of every mart; formulas: of every key figure over order lines; standard: marts of
    config/standard/; left_out: what was left out -> column that it needs; star: tables and columns of star.yaml.
    """
    faults = list(schema_faults(config, read_yaml(root / "config/schema.yaml"))) or list(config_faults(config))
    if faults:
        return {}, [f"config: {fault}" for fault in faults]
    folder = Path(config["company"])
    found, faults = read_company(folder)
    undecided = list(unclassified(found["contracts"]))
    if not faults:
        faults = list(schema_faults(found, read_yaml(root / "config/company.schema.yaml")))
    faults = [*undecided, *faults]
    if faults:
        return {}, [fault if str(folder) in fault else f"{folder}/{fault}" for fault in faults]
    standard, own = star.read(root), found["marts.yaml"]["marts"]
    marts, left_out = star.fitted(own, standard["marts"])
    sql_files = {path.stem: path for path in sorted(folder.glob("marts/*.sql"))}
    sql_files |= {name: path for name, path in standard["sql"].items() if name in marts and name not in own}
    sql = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in sql_files.items()}
    shown = found.get("kpis.yaml", standard["kpis"])
    formulas = {
        name: kpi["formula"] for name, kpi in (standard["kpis"] | shown).items() if kpi.get("over", "lines") == "lines"
    }
    faults = [
        *contract_faults(found["contracts"]),
        *star.faults(own, standard["star"]),
        *mart_faults(marts, found["contracts"], sql, formulas),
    ]
    company = {
        "contracts": found["contracts"],
        "marts": marts,
        "calendar": found["marts.yaml"]["calendar"],
        "kpis": shown,
        "segments": found["segments.yaml"],
        "privacy": found.get("privacy.yaml", {}),
        "sql": sql,
        "sql_files": {name: within(path, root) for name, path in sql_files.items()},
        "formulas": formulas,
        "standard": sorted(marts.keys() - own.keys()),
        "left_out": left_out,
        "star": standard["star"],
    }
    budgets = [f"config: {fault}" for fault in budget_faults(config["quarantine_budget"], found["contracts"])]
    return company, [*budgets, *(f"{folder}/{fault}" for fault in faults)]
