"""Settings and company knowledge, read and checked before anything runs: every fault in one message, a line each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from elt.code_version import code_version
from elt.faults import Fault
from elt.files import read_yaml, sha256
from elt.remembered import memory
from elt.run import reasons, sql_names, standard, time_zones
from elt.run.company import NO_HOLIDAYS, Company, Identity
from elt.run.contract import Contract
from elt.run.contract_faults import contract_faults, expression_faults, reference_faults, sum_faults
from elt.run.controller import ControllerStatements
from elt.run.entries import composed, plain_dates, taken
from elt.run.key_figures import Kpi
from elt.run.mart import Calendar, Mart, Query
from elt.run.mart_faults import mart_faults
from elt.run.segment_rules import Segments
from elt.run.star import drawing

SCHEMA, COMPANY_SCHEMA = "config/schema.yaml", "config/company.schema.yaml"
UNCLASSIFIED = "unclassified"  # what a draft of a contract says of every field
CLASSES = (
    "none (a metric or a closed category that tells nothing of a person), quasi (leaves the protected layers only in "
    "totals or generalised), identifier (only as a pseudonym) or direct (never)"
)
FILES = (  # beside contracts; without them: a star drawn from roles, standard segments and key figures, no statements
    *("company.yaml", "marts.yaml", "segments.yaml", "kpis.yaml", "privacy.yaml"),
)


def faults_by(path: Path, content: Any) -> list[str]:
    """What `schema_faults` gives for the schema in a file, which is read only if that is not known."""
    return memory.faults(
        "schema",
        lambda: (content, sha256(path), code_version("elt/run/settings.py")),
        lambda: schema_faults(content, read_yaml(path)),
    )


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


def typed_texts(part: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a group as YAML takes them: the command line hands numbers inside a group over as text."""
    import yaml

    return {key: yaml.safe_load(value) if isinstance(value, str) else value for key, value in part.items()}


OCTAL_OF_YAML = (0o600, 0o640, 0o644, 0o660, 0o664)
GROUPS = ("segmentation", "quarantine_budget")  # settings with settings in them
OF_THE_CALL = ("run_id", "console", "warm_worker", "sign_with", "public_key")  # settings that change no file of a run
STANDARD_INPUT = "-"  # as a file name


def of_run(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that shape files of a run, sorted by name; `compare_to` only if it names another run."""
    apart = {*OF_THE_CALL, *(() if config.get("compare_to") else ("compare_to",))}
    return {key: config[key] for key in sorted(config) if key not in apart}


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
    if not any(folder.glob("contracts/*.yaml")):
        draft = f"snakemake draft_contracts --config raw=<folder> company={folder}"
        what = "there are no contracts" if folder.is_dir() else "there is no company"
        return found, [f"{folder}: {what} in this folder. Draft them from the exports: {draft}"]
    stated = [folder / name for name in FILES if (folder / name).exists()]
    for path in [*sorted(folder.glob("contracts/*.yaml")), *stated]:
        place = found["contracts"] if path.parent.name == "contracts" else found
        key = path.stem if path.parent.name == "contracts" else path.name
        try:
            place[key] = composed(plain_dates(read_yaml(path)))
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


def calendar_of(found: Mapping[str, Any]) -> Calendar:
    """Whose holidays count, from the contents of config/<company>/: of marts.yaml, else of company.yaml, else none."""
    stated = found.get("marts.yaml", {}).get("calendar") or found.get("company.yaml", {}).get("calendar")
    return Calendar(**stated) if stated else NO_HOLIDAYS


def country_zone(found: Mapping[str, Any], root: Path) -> str | None:
    """The time zone of the company, else of the country whose holidays count; None if unknown."""
    stated: str | None = found.get("company.yaml", {}).get("timeZone")
    return stated or time_zones.of_country(root, calendar_of(found).country)


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
    faults = [f"config: {fault}" for fault in faults_by(root / SCHEMA, config)]
    if faults or not is_needed:
        return {}, faults
    found, faults = read_company(Path(config["company"]))
    faults += [] if faults else faults_by(root / COMPANY_SCHEMA, found)
    if faults:
        return {}, faults
    zone = country_zone(found, root)
    contracts = {name: Contract.of(entry, zone) for name, entry in found["contracts"].items()}
    return contracts, [*contract_faults(contracts), *expression_faults(contracts, {})]


def stated_marts(found: Mapping[str, Any]) -> dict[str, Mart]:
    """The marts that the company has written, from the contents of config/<company>/."""
    return {name: Mart.of(name, entry) for name, entry in found.get("marts.yaml", {}).get("marts", {}).items()}


def role_faults(folder: Path, found: Mapping[str, Any], root: Path) -> list[str]:
    """A line a fault of the roles of contracts, where something is to be drawn from them."""
    zone = country_zone(found, root)
    contracts = {name: Contract.of(entry, zone) for name, entry in found["contracts"].items()}
    written = stated_marts(found).keys() | {path.stem for path in folder.glob("marts/*.sql")}
    is_listed = zone == time_zones.of_country(root, calendar_of(found).country)  # no need of Polars to know it
    if zone is not None and not is_listed and not time_zones.is_known(zone):
        return [f"company.yaml: timeZone: {zone} is no time zone. Write one such as Europe/Berlin"]
    books = found.get("company.yaml", {}).get("currency")
    return list(reference_faults(contracts)) or list(drawing.faults(contracts, written, books))


def logo_faults(folder: Path, found: Mapping[str, Any]) -> Iterator[str]:
    """A line for a logo that the exposé cannot show, of the contents of config/<company>/."""
    if stated := found.get("company.yaml", {}).get("logo"):
        from elt.report import logo

        try:
            logo.address(folder / stated)
        except Fault as fault:
            yield f"company.yaml: logo: {fault.where}: {fault.problem}. {fault.remedy}"


def typed(folder: Path, found: Mapping[str, Any], root: Path) -> Company:
    """The company of a folder whose files the schema allows, the standard marts and key figures fitted to it."""
    base = standard.read(root)
    zone = country_zone(found, root)
    contracts = {name: Contract.of(entry, zone) for name, entry in found["contracts"].items()}
    sql_files = {path.stem: path for path in sorted(folder.glob("marts/*.sql"))}
    stated = stated_marts(found)
    about = found.get("company.yaml", {})
    identity = Identity(**taken(Identity, about, first_month=about.get("firstMonthOfBusinessYear")))
    star = drawing.star(contracts, stated, stated.keys() | sql_files.keys(), root, identity.currency)
    own = standard.with_derived({**stated, **star.marts}, base.star)
    shown = {name: Kpi.of(kpi) for name, kpi in found["kpis.yaml"].items()} if "kpis.yaml" in found else base.kpis
    every = {**base.kpis, **shown}
    formulas = {name: kpi.formula for name, kpi in every.items() if kpi.over == "lines"}
    marts, left_out = standard.fitted(own, base.marts, formulas)
    statements = ControllerStatements.of(found.get("privacy.yaml", {}))
    standard_exceptions = [
        one for name in sorted(marts.keys() - own.keys()) for one in base.marts[name].class_exceptions
    ]
    sql_files |= {name: path for name, path in base.sql.items() if name in marts and name not in own}
    return Company(
        folder=folder.as_posix(),
        contracts=contracts,
        marts=marts,
        queries={name: Query(within(path, root), sql_names.read(path)) for name, path in sql_files.items()}
        | dict(star.queries),
        calendar=calendar_of(found),
        kpis=shown,
        formulas=formulas,
        segments=Segments.of(found.get("segments.yaml") or standard.segments(root)),
        controller_statements=statements,
        class_exceptions=(*statements.class_exceptions, *standard_exceptions, *star.class_exceptions),
        star=base.star,
        standard=tuple(sorted(marts.keys() - own.keys())),
        left_out=left_out,
        limits=standard.limits(base),
        identity=identity,
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
    faults = faults_by(root / SCHEMA, config) or list(config_faults(config))
    if faults:
        return None, [f"config: {fault}" for fault in faults]
    folder = Path(config["company"])
    found, faults = read_company(folder)
    undecided = list(unclassified(found["contracts"]))
    if not faults:
        faults = faults_by(root / COMPANY_SCHEMA, found)
    if not faults:
        faults = [*role_faults(folder, found, root), *logo_faults(folder, found)]
    faults = [*undecided, *faults]
    if faults:
        return None, [fault if str(folder) in fault else f"{folder}/{fault}" for fault in faults]
    company = typed(folder, found, root)
    own = [name for name in company.marts if name not in company.standard]
    faults = memory.faults(
        "company",
        lambda: (company.digest, own, code_version("elt/run/settings.py")),
        lambda: company_faults(company, own),
    )
    budgets = [f"config: {fault}" for fault in budget_faults(config["quarantine_budget"], company.contracts)]
    return company, [*budgets, *(f"{folder}/{fault}" for fault in faults)]
