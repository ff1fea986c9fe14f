"""Settings and company knowledge, read and checked before anything runs: every fault in one message, a line each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from elt.code_version import code_version
from elt.files import read_yaml
from elt.remembered import memory, versions
from elt.run import date_formats, reasons, sandbox, sql_names, standard, time_zones
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.controller import ControllerStatements
from elt.run.entries import composed, plain_dates
from elt.run.key_figures import Kpi
from elt.run.mart import Calendar, Mart, Query
from elt.run.segment_rules import Segments

COMPANY_FILES = ("marts.yaml", "segments.yaml")
UNCLASSIFIED = "unclassified"  # what a draft of a contract says of every field
CLASSES = (
    "none (a metric or a closed category that tells nothing of a person), quasi (leaves the protected layers only in "
    "totals or generalised), identifier (only as a pseudonym) or direct (never)"
)
OPTIONAL_FILES = ("kpis.yaml", "privacy.yaml")  # without them: standard key figures, entries left to the controller


def schema_faults(content: Any, schema: Mapping[str, Any]) -> list[str]:
    """One line a fault: the key, what is wrong with it, and what the schema says about it."""
    return memory.faults(
        "schema",
        lambda: (content, schema, code_version("elt/run/settings.py"), versions("jsonschema")),
        lambda: _schema_faults(content, schema),
    )


def _schema_faults(content: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """What `schema_faults` gives."""
    from jsonschema import Draft202012Validator

    for error in sorted(
        Draft202012Validator(schema).iter_errors(content), key=lambda e: [str(p) for p in e.absolute_path]
    ):
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
        meaning = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
        text = error.message if len(error.message) < 200 else f"is not valid ({error.validator})"
        yield f"{key or 'top level'}: {text}{f' ({meaning})' if meaning else ''}"


def typed_texts(part: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a group as YAML takes them: the command line hands numbers inside a group over as text."""
    import yaml

    return {key: yaml.safe_load(value) if isinstance(value, str) else value for key, value in part.items()}


OCTAL_OF_YAML = (0o600, 0o640, 0o644, 0o660, 0o664)
GROUPS = ("segmentation", "quarantine_budget")  # settings with settings in them
STANDARD_INPUT = "-"  # as a file name


def prepared(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as Snakemake hands them over, with the types that the command line takes from them set right."""
    found = plain_dates(config)
    found |= {name: typed_texts(found[name]) for name in GROUPS if isinstance(found.get(name), dict)}
    if found.get("erase_from") in ([""], [None]):  # what YAML takes a lone hyphen on the command line for
        found["erase_from"] = STANDARD_INPUT
    if found.get("warm_worker") is False:  # what YAML takes a plain off for
        found["warm_worker"] = "off"
    found |= {"published_mode": octal_text(found["published_mode"])} if "published_mode" in found else {}
    return found


def octal_text(value: Any) -> Any:
    """A mode as text; YAML takes 0640 for 416, and the command line for 640. What is no mode stays as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        digits = f"{value:o}" if value in OCTAL_OF_YAML else str(value)
        return digits.rjust(4, "0")
    return value.rjust(4, "0") if isinstance(value, str) and value.isdigit() else value


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
            place[key] = composed(plain_dates(read_yaml(path)))
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


def expression_faults(contracts: Mapping[str, Contract], kpis: Mapping[str, Kpi]) -> Iterator[str]:
    """SQL expressions of contracts and key figures that do more than compute from columns."""
    for stem, contract in contracts.items():
        where = f"contracts/{stem}.yaml"
        texts = [(f"fields.{f.name}.{key}", getattr(f, key)) for f in contract.fields for key in ("compute", "convert")]
        texts += [
            (f"repairs[{i}].{key}", getattr(one, key))
            for i, one in enumerate(contract.repairs)
            for key in ("when", "set")
        ]
        texts += [(f"quarantine[{i}].when", rule.when) for i, rule in enumerate(contract.quarantine)]
        for key, text in texts:
            if text is not None:
                yield from (f"{where}: {key}: {fault}" for fault in sandbox.expression_faults(text))
    for name, kpi in kpis.items():
        yield from (f"kpis.yaml: {name}.formula: {fault}" for fault in sandbox.expression_faults(kpi.formula))


def contract_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """What the schema cannot say: names that must match, fields that must exist."""
    for stem, contract in contracts.items():
        where, names = f"contracts/{stem}.yaml", contract.names
        if contract.name != stem:
            yield f"{where}: name: must be {stem}, like the file"
        folded = [name.casefold() for name in names]
        for name in sorted({name for name in folded if folded.count(name) > 1}):
            yield f"{where}: fields: {name} is listed twice"
        places = [field.position for field in contract.fields if field.position is not None]
        for place in sorted({place for place in places if places.count(place) > 1}):
            yield f"{where}: fields: two are declared as column {place}. Correct position"
        for field in contract.fields:
            if field.erasure and (field.compute is not None or field.type not in ("string", "integer")):
                key = f"fields.{field.name}.erasure"
                yield f"{where}: {key}: only a text or integer that the file has identifies a person"
            formats = field.formats if field.type == "date" else ()
            found = date_formats.faults(formats, field.day_first, field.time_zone)
            yield from (f"{where}: fields.{field.name}.{one.key}: {one.words}. {one.remedy}" for one in found)
        if contract.time_zone is not None and not time_zones.is_known(contract.time_zone):
            yield f"{where}: timeZone: {contract.time_zone} is no time zone; write one such as Europe/Berlin"
        used = [("primaryKey", name) for name in contract.primary_key]
        used += [(f"repairs[{i}].field", repair.field) for i, repair in enumerate(contract.repairs)]
        used += [(f"uniqueKeys[{i}]", name) for i, key in enumerate(contract.unique_keys) for name in key]
        used += [("keep.latest", contract.latest)] if contract.latest is not None else []
        yield from (
            f"{where}: {key}: {name} is not one of the fields{sql_names.alike(name, names)}"
            for key, name in used
            if name not in names
        )


def country_zone(found: Mapping[str, Any], root: Path) -> str | None:
    """The time zone of the country whose holidays count, from the contents of config/<company>/; None if unknown."""
    return time_zones.of_country(root, found["marts.yaml"]["calendar"]["country"])


def reference_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Foreign keys whose fields or table do not exist, or whose values cannot be equal as their types differ."""
    for stem, contract in contracts.items():
        for i, key in enumerate(contract.foreign_keys):
            where = f"contracts/{stem}.yaml: foreignKeys[{i}]"
            missing = [name for name in key.fields if name not in contract.by_name]
            near = {name: sql_names.alike(name, contract.names) for name in missing}
            yield from (f"{where}.fields: {name} is not one of the fields{hint}" for name, hint in near.items())
            if key.resource not in contracts:
                yield f"{where}.reference.resource: {key.resource} is not a contract"
                continue
            goal = contracts[key.resource].by_name
            unknown = [name for name in key.reference_fields if name not in goal]
            near = {name: sql_names.alike(name, goal) for name in unknown}
            yield from (
                f"{where}.reference.fields: {name} is not a field of {key.resource}{hint}"
                for name, hint in near.items()
            )
            if len(key.fields) != len(key.reference_fields):
                yield f"{where}: fields and reference.fields must be equally many"
            elif not missing and not unknown:
                for name, other in zip(key.fields, key.reference_fields, strict=True):
                    own, its = contract.by_name[name].type, goal[other].type
                    if own != its:
                        yield f"{where}: {name} is {own}, {key.resource}.{other} is {its}; give both the same type"


def sum_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Equalities of sums whose fields or table do not exist, or are no numbers."""
    for stem, contract in contracts.items():
        for i, one in enumerate(contract.equal_sums):
            where = f"contracts/{stem}.yaml: equalSums[{i}]"
            own = [(where, "field", one.field), *((where, "fields", name) for name in one.fields)]
            yield from (
                f"{at}.{key}: {name} is not one of the fields{sql_names.alike(name, contract.names)}"
                for at, key, name in own
                if name not in contract.by_name
            )
            if one.resource not in contracts:
                yield f"{where}.reference.resource: {one.resource} is not a contract"
                continue
            goal = contracts[one.resource].by_name
            its = [("sum", one.sum_of), *(("fields", name) for name in one.reference_fields)]
            yield from (
                f"{where}.reference.{key}: {name} is not a field of {one.resource}{sql_names.alike(name, goal)}"
                for key, name in its
                if name not in goal
            )
            if len(one.fields) != len(one.reference_fields):
                yield f"{where}: fields and reference.fields must be equally many"
            amounts = [contract.by_name.get(one.field), goal.get(one.sum_of)]
            yield from (
                f"{where}: {field.name} is {field.type}; only numbers have a sum"
                for field in amounts
                if field is not None and field.type not in ("number", "integer")
            )
            for name, other in zip(one.fields, one.reference_fields, strict=False):
                if name in contract.by_name and other in goal and contract.by_name[name].type != goal[other].type:
                    types = f"{name} is {contract.by_name[name].type}, {one.resource}.{other} is {goal[other].type}"
                    yield f"{where}: {types}; give both the same type"


def ledger_faults(mart: Mart, contracts: Mapping[str, Contract], formulas: Mapping[str, str]) -> Iterator[str]:
    """Tables, amounts and key figures of a mart's ledger that do not exist."""
    where, ledger = f"marts.yaml: marts.{mart.name}.ledger", mart.ledger
    for column, kpi in ledger.kpis.items():
        if column not in mart.by_name:
            yield f"{where}.kpis.{column}: is not a column"
        if kpi not in formulas:
            yield f"{where}.kpis.{column}: {kpi} is not a key figure over order lines"
    if ledger.table is not None and ledger.table not in contracts:
        yield f"{where}.table: {ledger.table} is not a contract"
    elif ledger.table is not None:
        amounts = {field.name for field in contracts[ledger.table].fields if field.money}
        for column, field in ledger.money.items():
            if column not in mart.by_name:
                yield f"{where}.money.{column}: is not a column"
            if field not in amounts:
                yield f"{where}.money.{column}: {field} is not a money field of {ledger.table}"


def query_faults(name: str, query: Query, known: set[str], formulas: Mapping[str, str]) -> Iterator[str]:
    """Tables and key figures that the SQL of a mart names and that do not exist; raises ValueError if it is no SQL."""
    unknown = [kpi for kpi in query.kpis if kpi not in formulas]
    yield from (f"marts/{name}.sql: kpi.{kpi} is not a key figure over order lines (kpis.yaml)" for kpi in unknown)
    filled = query.text if unknown else sql_names.with_formulas(query.text, formulas)
    yield from (f"marts/{name}.sql: {fault}" for fault in sandbox.query_faults(filled))
    by_name = {table.partition(".")[2]: table for table in sorted(known)}
    for table in (table for table in query.tables if table not in known):
        near = sql_names.nearest(table.partition(".")[2], by_name)
        hint = f"; it may be {by_name[near]}" if near else ""
        yield f"marts/{name}.sql: {table} is neither a contract nor a mart{hint}"


ONLY_CASE = "differ only in upper and lower case, so a database takes them for one. Rename all but one"


def told_by_case(names: Iterable[str]) -> Iterator[str]:
    """Names that only upper and lower case tell apart, those of one name in one text."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    yield from (" and ".join(found) for found in alike.values() if len(found) > 1)


def key_faults(mart: Mart, marts: Mapping[str, Mart]) -> Iterator[str]:
    """Columns of the key and of the references that do not exist, and columns that a database takes for one."""
    where = f"marts.yaml: marts.{mart.name}"
    yield from (f"{where}.columns: {names} {ONLY_CASE}" for names in told_by_case(mart.names))
    yield from (f"{where}.key: {column} is not a column" for column in mart.key if column not in mart.by_name)
    for column, (target, key) in mart.references.items():
        if column not in mart.by_name or target not in marts or key not in marts[target].by_name:
            yield f"{where}.foreignKeys.{column}: {target}.{key} or {column} does not exist"


def doubt_faults(mart: Mart) -> Iterator[str]:
    """Columns that a flag doubts and that do not exist."""
    for flag in mart.doubtful:
        for column in flag.doubts:
            if column not in mart.by_name:
                yield f"marts.yaml: marts.{mart.name}.columns.{flag.name}.doubts: {column} is not a column"


def mart_faults(company: Company) -> Iterator[str]:
    """Marts without SQL or entry, unknown tables and key figures, keys and references that do not exist, circles."""
    marts, queries = company.marts, company.queries
    yield from (f"kpis.yaml: {names} {ONLY_CASE}" for names in told_by_case(company.kpis))
    for name in sorted(queries.keys() - marts.keys()):
        yield f"marts.yaml: marts.{name}: has SQL (marts/{name}.sql) but no entry"
    known = {name for name, _ in company.tables()}
    needs = {}
    for name, mart in marts.items():
        if name not in queries:
            yield f"marts.yaml: marts.{name}: has no SQL (marts/{name}.sql)"
            continue
        try:
            found = list(query_faults(name, queries[name], known, company.formulas))
        except ValueError as error:
            yield f"marts/{name}.sql: {error}"
            continue
        yield from ledger_faults(mart, company.contracts, company.formulas)
        yield from standard.coarse_proofs(mart, marts, company.formulas)
        yield from found
        yield from key_faults(mart, marts)
        yield from doubt_faults(mart)
        needs[name] = {table.split(".")[1] for table in company.sources(name) if table.startswith("gold.")}
    try:
        sql_names.in_order(needs)
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


def budget_faults(budget: Any, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Budgets for reasons that do not exist: a misspelt one would limit nothing."""
    if isinstance(budget, Mapping):
        stated = {rule.code for contract in contracts.values() for rule in contract.quarantine}
        for code in sorted(budget.keys() - reasons.ALL - stated - {"default", "total", "floor"}):
            yield f"quarantine_budget.{code}: no record goes to quarantine for this reason"


def within(path: Path, root: Path) -> str:
    """A path, relative to the project where it lies in it, so that a moved project knows its files again."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def contracts_of(config: Mapping[str, Any], root: Path, *, is_needed: bool) -> tuple[dict[str, Contract], list[str]]:
    """(contracts of the company, faults) for targets that need no more of it; none is read unless it is needed."""
    faults = [f"config: {fault}" for fault in schema_faults(config, read_yaml(root / "config/schema.yaml"))]
    if faults or not is_needed:
        return {}, faults
    found, faults = read_company(Path(config["company"]))
    faults += [] if faults else list(schema_faults(found, read_yaml(root / "config/company.schema.yaml")))
    if faults:
        return {}, faults
    zone = country_zone(found, root)
    contracts = {name: Contract.of(entry, zone) for name, entry in found["contracts"].items()}
    return contracts, [*contract_faults(contracts), *expression_faults(contracts, {})]


def typed(folder: Path, found: Mapping[str, Any], root: Path) -> Company:
    """The company of a folder whose files the schema allows, the standard marts and key figures fitted to it."""
    base = standard.read(root)
    stated = {name: Mart.of(name, entry) for name, entry in found["marts.yaml"]["marts"].items()}
    own = standard.with_derived(stated, base.star)
    shown = {name: Kpi.of(kpi) for name, kpi in found["kpis.yaml"].items()} if "kpis.yaml" in found else base.kpis
    every, zone = {**base.kpis, **shown}, country_zone(found, root)
    formulas = {name: kpi.formula for name, kpi in every.items() if kpi.over == "lines"}
    marts, left_out = standard.fitted(own, base.marts, formulas)
    statements = ControllerStatements.of(found.get("privacy.yaml", {}))
    standard_exceptions = [
        one for name in sorted(marts.keys() - own.keys()) for one in base.marts[name].class_exceptions
    ]
    sql_files = {path.stem: path for path in sorted(folder.glob("marts/*.sql"))}
    sql_files |= {name: path for name, path in base.sql.items() if name in marts and name not in own}
    return Company(
        folder=folder.as_posix(),
        contracts={name: Contract.of(entry, zone) for name, entry in found["contracts"].items()},
        marts=marts,
        queries={name: Query(within(path, root), sql_names.read(path)) for name, path in sql_files.items()},
        calendar=Calendar(**found["marts.yaml"]["calendar"]),
        kpis=shown,
        formulas=formulas,
        segments=Segments.of(found["segments.yaml"]),
        controller_statements=statements,
        class_exceptions=(*statements.class_exceptions, *standard_exceptions),
        star=base.star,
        standard=tuple(sorted(marts.keys() - own.keys())),
        left_out=left_out,
        limits=standard.limits(base),
    )


def company_faults(company: Company, own: Iterable[str]) -> Iterator[str]:
    """What the schema cannot say of a company; `own`: marts that it has itself, beside the standard ones."""
    yield from contract_faults(company.contracts)
    yield from expression_faults(company.contracts, company.kpis)
    yield from reference_faults(company.contracts)
    yield from sum_faults(company.contracts)
    yield from standard.faults({name: company.marts[name] for name in own}, company.star)
    yield from mart_faults(company)


def load(config: Mapping[str, Any], root: Path) -> tuple[Company | None, list[str]]:
    """(the company that the settings name, faults of settings and company, a line each); no company if there are."""
    faults = list(schema_faults(config, read_yaml(root / "config/schema.yaml"))) or list(config_faults(config))
    if faults:
        return None, [f"config: {fault}" for fault in faults]
    folder = Path(config["company"])
    found, faults = read_company(folder)
    undecided = list(unclassified(found["contracts"]))
    if not faults:
        faults = list(schema_faults(found, read_yaml(root / "config/company.schema.yaml")))
    faults = [*undecided, *faults]
    if faults:
        return None, [fault if str(folder) in fault else f"{folder}/{fault}" for fault in faults]
    company = typed(folder, found, root)
    own = [*found["marts.yaml"]["marts"]]
    faults = memory.faults(
        "company",
        lambda: (company, own, code_version("elt/run/settings.py"), versions("polars", "sqlglot")),
        lambda: company_faults(company, own),
    )
    budgets = [f"config: {fault}" for fault in budget_faults(config["quarantine_budget"], company.contracts)]
    return company, [*budgets, *(f"{folder}/{fault}" for fault in faults)]
