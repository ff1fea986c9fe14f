"""Settings and company knowledge, read and checked before anything runs: every fault in one message, a line each."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shared.files import read_yaml
from shared.sqlnames import in_order, tables

COMPANY_FILES = ("marts.yaml", "kpis.yaml", "segments.yaml")


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
        return found, [
            f"{folder}: there is no such folder; company: names a folder with contracts, marts, KPIs, segments"
        ]
    for path in [*sorted(folder.glob("contracts/*.yaml")), *(folder / name for name in COMPANY_FILES)]:
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


def contract_faults(contracts: Mapping[str, Any]) -> Iterator[str]:
    """What the schema cannot say: names that must match, fields that must exist."""
    for stem, contract in contracts.items():
        where, names = f"contracts/{stem}.yaml", [field["name"] for field in contract["fields"]]
        if contract["name"] != stem:
            yield f"{where}: name: must be {stem}, like the file"
        folded = [name.casefold() for name in names]
        for name in sorted({name for name in folded if folded.count(name) > 1}):
            yield f"{where}: fields: {name} is listed twice"
        used = [("primaryKey", name) for name in contract["primaryKey"]]
        used += [(f"repairs[{i}].field", repair["field"]) for i, repair in enumerate(contract.get("repairs", []))]
        used += [("keep.latest", contract["keep"]["latest"])] if "keep" in contract else []
        yield from (f"{where}: {key}: {name} is not one of the fields" for key, name in used if name not in names)


def ledger_faults(name: str, mart: Mapping[str, Any], contracts: Mapping[str, Any]) -> Iterator[str]:
    """Tables and amounts of a mart's ledger that do not exist."""
    where, ledger = f"marts.yaml: marts.{name}.ledger", mart.get("ledger")
    if ledger and ledger["table"] not in contracts:
        yield f"{where}.table: {ledger['table']} is not a contract"
    elif ledger:
        amounts = {field["name"] for field in contracts[ledger["table"]]["fields"] if field.get("money")}
        for column, field in ledger["money"].items():
            if column not in mart["columns"]:
                yield f"{where}.money.{column}: is not a column"
            if field not in amounts:
                yield f"{where}.money.{column}: {field} is not a money field of {ledger['table']}"


def mart_faults(marts: Mapping[str, Any], contracts: Mapping[str, Any], sql: Mapping[str, str]) -> Iterator[str]:
    """Marts without SQL or entry, unknown tables, keys and references that do not exist, circles."""
    for name in sorted(sql.keys() - marts.keys()):
        yield f"marts.yaml: marts.{name}: has SQL (marts/{name}.sql) but no entry"
    known = {f"silver.{table}" for table in contracts} | {f"gold.{mart}" for mart in marts} | {"calendar.days"}
    needs = {}
    for name, mart in marts.items():
        if name not in sql:
            yield f"marts.yaml: marts.{name}: has no SQL (marts/{name}.sql)"
            continue
        try:
            read = tables(sql[name])
        except ValueError as error:
            yield f"marts/{name}.sql: {error}"
            continue
        yield from ledger_faults(name, mart, contracts)
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
    low, high = (config["segmentation"][key] for key in ("k_min", "k_max"))
    if low > high:
        yield f"segmentation.k_min: {low} is larger than k_max ({high})"


def load(config: Mapping[str, Any], root: Path) -> tuple[dict[str, Any], list[str]]:
    """(company knowledge: contracts, marts, calendar, kpis, segments, sql), faults)."""
    faults = list(schema_faults(config, read_yaml(root / "config/schema.yaml"))) or list(config_faults(config))
    if faults:
        return {}, [f"config: {fault}" for fault in faults]
    folder = Path(config["company"])
    found, faults = read_company(folder)
    if not faults:
        faults = list(schema_faults(found, read_yaml(root / "config/company.schema.yaml")))
    if faults:
        return {}, [fault if str(folder) in fault else f"{folder}/{fault}" for fault in faults]
    sql = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("marts/*.sql"))}
    marts = found["marts.yaml"]["marts"]
    faults = [*contract_faults(found["contracts"]), *mart_faults(marts, found["contracts"], sql)]
    company = {
        "contracts": found["contracts"],
        "marts": marts,
        "calendar": found["marts.yaml"]["calendar"],
        "kpis": found["kpis.yaml"],
        "segments": found["segments.yaml"],
        "sql": sql,
    }
    return company, [f"{folder}/{fault}" for fault in faults]
