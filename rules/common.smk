"""Settings, company knowledge and the run folder, checked before any rule exists; the helpers of the rules. No rules."""

import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from elt.bronze import exports
from elt.privacy import pseudonyms
from elt.retention import deletion, erasures
from elt.run import closing, run_folders, settings, sql_names, standard
from elt.code_version import code_version
from elt.faults import Fault
from elt.files import sha256

NOW = datetime.now(timezone.utc)
KEY_FILE = Path(".env")


def refuse(title, lines):
    """End the invocation with a title and a line a fault; nothing has been written."""
    sys.exit("\n".join([title, *(f"  {line}" for line in lines)]))


config.update(settings.plain_dates(config))
for _group in ("segmentation", "quarantine_budget"):
    if isinstance(config.get(_group), dict):
        config[_group] = settings.typed_texts(config[_group])
COMPANY_KNOWLEDGE, _faults = settings.load(config, Path(workflow.basedir))
if _faults:
    refuse("The settings cannot be used. Nothing was written.", _faults)
COMPANY, RAW = config["company"], Path(config["raw"])
OWN_WORDS = (COMPANY, "config/standard", "scripts/templates")  # words that are no data
CONTRACTS, MARTS, KPIS, SEGMENTS = (COMPANY_KNOWLEDGE[k] for k in ("contracts", "marts", "kpis", "segments"))

RAW_FILES, _faults = exports.find(RAW, CONTRACTS)  # name in bronze -> (path, table)
if _faults:
    refuse("The raw folder cannot be used. Nothing was written.", _faults)
PLACES = {Path(path).relative_to(RAW).as_posix(): table for path, table in RAW_FILES.values()}  # file below raw
SOURCES = sorted({exports.source_of(place) for place in PLACES})

try:
    RUN_ID = run_folders.choose(config, NOW)
except Fault as fault:
    refuse("The run cannot be used.", [str(fault)])
RUN = (run_folders.RUNS / RUN_ID).as_posix()

try:
    ERASED = erasures.checked(KEY_FILE)  # names the list of erased persons, whose records bronze leaves out
    deletion.check_list(ERASED)
except Fault as fault:
    refuse("The erasure list cannot be used.", [str(fault)])


def begin_run():
    """Before the first job: make or lock the run folder and keep the evidence of its last finished state."""
    os.environ.update(ELT_STARTED_AT=NOW.isoformat())
    try:
        run_folders.begin(Path(RUN), config, NOW)
    except Fault as fault:
        refuse("The run cannot be used.", [str(fault)])


def print_result():
    """Say where the exposé is, and five figures worth knowing."""
    print(closing.result(Path(RUN)), file=sys.stderr)


def print_failure():
    """Say what failed, why and what to do, and write it to the manifest."""
    print(closing.failure(Path(RUN), NOW, config), file=sys.stderr)


def key_id(wildcards):
    """Names the pseudonym key, so that another key makes other pseudonyms; the first run makes one if there is none."""
    will_plan = workflow.executor_plugin is not None
    made_with = run_folders.with_pseudonyms() if will_plan else []
    try:
        return pseudonyms.ready(KEY_FILE, will_plan and not workflow.dryrun, made_with)
    except Fault as fault:
        refuse("The pseudonym key cannot be used.", [str(fault)])


def contract(table):
    """Path of a table's contract."""
    return f"{COMPANY}/contracts/{table}.yaml"


def mart(name):
    """Path of a mart's table."""
    return f"{RUN}/gold/data/{name}.csv"


def bronze_of(table, folder, suffix=""):
    """Paths below bronze/<folder> of all files of a table."""
    return [f"{RUN}/bronze/{folder}/{file}{suffix}" for file, (_, owner) in RAW_FILES.items() if owner == table]


def identifies(table):
    """Whether a field of a table identifies a person who may be erased."""
    return any("erasure" in field for field in CONTRACTS[table]["fields"])


def ties_of(file):
    """Raw file -> contract of the tables that tie identifiers of a person; nothing unless persons were erased."""
    if ERASED == erasures.NOTHING or not identifies(RAW_FILES[file][1]):
        return {}
    kinds = {table: {field.get("erasure") for field in entry["fields"]} - {None} for table, entry in CONTRACTS.items()}
    return {
        path: contract(table) for name, (path, table) in RAW_FILES.items() if len(kinds[table]) > 1 and name != file
    }


def sources_of(name):
    """Dotted name -> path of every table that a mart reads or refers to, the calendar apart."""
    read = {table for table in sql_names.tables(COMPANY_KNOWLEDGE["sql"][name]) if not table.startswith("calendar.")}
    read |= {f"gold.{goal.split('.')[0]}" for goal in MARTS[name].get("foreignKeys", {}).values()}
    read |= {"gold.fact_sales"} if "kpis" in MARTS[name].get("ledger", {}) else set()
    return {table: f"{RUN}/{table.replace('.', '/data/')}.csv" for table in sorted(read)}


def typed_only(fields):
    """Name, type and decimals of fields: what reading a table needs, so that a new description reruns nothing."""
    return [{key: field[key] for key in ("name", "type", "decimals") if key in field} for field in fields]


def with_names(columns):
    """Columns of a mart as a list, each with its name."""
    return [{"name": name, **spec} for name, spec in columns.items()]


def leak_spec(fields, key):
    """What the leak gate has to know of a table: type and class of each column, and the key."""
    return {"columns": {f["name"]: {k: f[k] for k in ("type", "personal")} for f in fields}, "key": list(key)}


def columns_of(name):
    """Columns of a mart, typed."""
    return typed_only({"name": column, **spec} for column, spec in MARTS[name]["columns"].items())


def specs_of(name):
    """Dotted name -> columns, typed, of every table that a mart reads or refers to."""
    layers = {"silver": lambda table: typed_only(CONTRACTS[table]["fields"]), "gold": columns_of}
    return {table: layers[table.split(".")[0]](table.split(".")[1]) for table in sources_of(name)}


def absent_of(name):
    """Dotted name -> optional columns that the star schema lacks, for a standard mart that may read them."""
    if name not in COMPANY_KNOWLEDGE["standard"]:
        return {}
    return standard.absent(COMPANY_KNOWLEDGE["star"], MARTS, sources_of(name))


def formulas_of(name):
    """Formulas of the key figures that a mart's SQL names or its ledger proves."""
    used = {*sql_names.kpis(COMPANY_KNOWLEDGE["sql"][name]), *MARTS[name].get("ledger", {}).get("kpis", {}).values()}
    return {kpi: COMPANY_KNOWLEDGE["formulas"][kpi] for kpi in sorted(used)}


def calendar_of(name):
    """Whose holidays count, for marts that read the calendar; else None."""
    return COMPANY_KNOWLEDGE["calendar"] if "calendar.days" in sql_names.tables(COMPANY_KNOWLEDGE["sql"][name]) else None
