"""Settings, company knowledge and the run folder, checked before any rule exists; the helpers of the rules. No rules."""

import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from shared import closing, pseudonyms, rawfiles, runs, settings, sqlnames
from shared.code_version import code_version
from shared.faults import Fault
from shared.files import sha256

NOW = datetime.now(timezone.utc)
KEY_FILE = Path(".env")


def refuse(title, lines):
    """End the invocation with a title and a line a fault; nothing has been written."""
    sys.exit("\n".join([title, *(f"  {line}" for line in lines)]))


config.update(settings.plain_dates(config))
if isinstance(config.get("segmentation"), dict):
    config["segmentation"] = settings.typed_texts(config["segmentation"])
COMPANY_KNOWLEDGE, _faults = settings.load(config, Path(workflow.basedir))
if _faults:
    refuse("The settings cannot be used. Nothing was written.", _faults)
COMPANY, RAW = config["company"], Path(config["raw"])
CONTRACTS, MARTS, KPIS, SEGMENTS = (COMPANY_KNOWLEDGE[k] for k in ("contracts", "marts", "kpis", "segments"))

RAW_FILES, _faults = rawfiles.find(RAW, CONTRACTS)  # name in bronze -> (path, table)
if _faults:
    refuse("The raw folder cannot be used. Nothing was written.", _faults)

try:
    RUN_ID = runs.choose(config, NOW)
except Fault as fault:
    refuse("The run cannot be used.", [str(fault)])
RUN = (runs.RUNS / RUN_ID).as_posix()


def begin_run():
    """Before the first job: make or lock the run folder and keep the evidence of its last finished state."""
    os.environ.update(ELT_STARTED_AT=NOW.isoformat())
    try:
        runs.begin(Path(RUN), config, NOW)
    except Fault as fault:
        refuse("The run cannot be used.", [str(fault)])


def print_result():
    """Say where the exposé is, and five figures worth knowing."""
    print(closing.result(Path(RUN)), file=sys.stderr)


def print_failure():
    """Say what failed, why and what to do, and write it to the manifest."""
    print(closing.failure(Path(RUN), NOW, config), file=sys.stderr)


def key_id(wildcards):
    """Names the pseudonym key, so that another key makes other pseudonyms; a run makes a key if there is none."""
    will_run = workflow.executor_plugin is not None and not workflow.dryrun
    try:
        return pseudonyms.ready(KEY_FILE, make=will_run)
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


def sources_of(name):
    """Dotted name -> path of every table that a mart reads or refers to, the calendar apart."""
    read = {table for table in sqlnames.tables(COMPANY_KNOWLEDGE["sql"][name]) if not table.startswith("calendar.")}
    read |= {f"gold.{goal.split('.')[0]}" for goal in MARTS[name].get("foreignKeys", {}).values()}
    return {table: f"{RUN}/{table.replace('.', '/data/')}.csv" for table in sorted(read)}


def typed_only(fields):
    """Name, type and decimals of fields: what reading a table needs, so that a new description reruns nothing."""
    return [{key: field[key] for key in ("name", "type", "decimals") if key in field} for field in fields]


def columns_of(name):
    """Columns of a mart, typed."""
    return typed_only({"name": column, **spec} for column, spec in MARTS[name]["columns"].items())


def specs_of(name):
    """Dotted name -> columns, typed, of every table that a mart reads or refers to."""
    layers = {"silver": lambda table: typed_only(CONTRACTS[table]["fields"]), "gold": columns_of}
    return {table: layers[table.split(".")[0]](table.split(".")[1]) for table in sources_of(name)}


def calendar_of(name):
    """Whose holidays count, for marts that read the calendar; else None."""
    return COMPANY_KNOWLEDGE["calendar"] if "calendar.days" in sqlnames.tables(COMPANY_KNOWLEDGE["sql"][name]) else None
