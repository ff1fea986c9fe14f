"""The call, its settings and company, checked before any rule exists; what all files of rules use. No rules."""

import gc
import re
import sys
from functools import cache, partial
from datetime import datetime, timezone
from pathlib import Path

from elt.code_version import code_version
from elt.command import (
    early_cutoff,
    input_times,
    invocation,
    job_memory,
    known_checksums,
    looks,
    parsed_rules,
    plain_params,
    progress,
    retention,
    warm_worker,
)
from elt.command.job_memory import mem_mb
from elt.gold.budgets import Budgets
from elt.remembered import memory
from elt.report import words
from elt.retention import erasures
from elt.run import contract_parts, mart_lineage, run_folders, settings
from elt.run.star import writing
from elt.silver.stops import Stops

gc.freeze()  # what is imported stays, and so does what planning makes: looking through it again and again is in vain
gc.set_threshold(100_000)
is_job = not workflow.is_main_process  # of a run, on another machine: Snakemake reads all of this again for each
memory.use(Path(".snakemake/remembered.json"), is_kept=not is_job)
plain_params.start()
parsed_rules.start()
known_checksums.start()
input_times.start()
config.update(settings.prepared(config))
config.update(invocation.of_run() if is_job else {})
began_at = datetime.now(timezone.utc)
warm_worker.begin(workflow, config, sys.argv[1:], began_at)
progress.install(config["console"], workflow.output_settings)
call = invocation.prepared(sys.argv[1:], config, Path(workflow.basedir), began_at)
company, raw_files, home = call.company, call.raw_files, call.home
folders = run_folders.pathvars(home)
snakemake_report = report
golden_path = []  # every file of a run; each file of rules adds its own
to_publish = []  # closed files that are published once they are searched
handed_on = []  # files of the protected layers that people hand on: reports with record numbers, the data package
page_template = ["scripts/templates/report.html.j2", *company.logo_files]  # of every report as a page
silver_words = [f"scripts/templates/silver.{language}.yaml" for language in ("en", "de")]  # its findings keep codes
country_words = [f"scripts/templates/countries.{language}.yaml" for language in ("en", "de")]
shown = {}  # closed file -> caption, category and labels in the report of Snakemake
mart_budgets = Budgets(config["fact_budget"], config["assumption_budget"])
stops = Stops(config["quarantine_budget"], config["zone_budget"], config["assumption_budget"])
told = partial(words.phrase, words.read(f"scripts/templates/results.{config['language']}.yaml")["phrases"])
longest_chain = 2  # priority of a job that k-means waits for or that waits for it: nothing takes longer from end to end
expose_chain = 1  # of what the exposé and the data policy wait for beside it; other reports and figures come last
read_by_features = ("dim_customer", "dim_product", "fact_sales")  # marts that k-means waits for
collective_accounts = {"share": config["collective_account_share"], "listed": company.collective_accounts}


def key_id(wildcards):
    """Names the pseudonym key, so that another key makes other pseudonyms; the first run makes one if there is none."""
    will_plan = workflow.executor_plugin is not None
    return call.key_id(will_plan=will_plan, will_run=will_plan and not workflow.dryrun and not is_job)


def report(path, caption, category, labels):
    """A closed file that the report of Snakemake shows: its published form, so that nothing unsearched is shown.

    Category and labels are written in English and shown in the language of the run.
    """
    how = {"category": told(category), "labels": {told(name): told(label) for name, label in labels.items()}}
    shown[re.sub(r"<(\w+)>", lambda name: folders[name[1]], path)] = {"caption": caption, **how}
    return path


def published(path):
    """The published form of a closed file, as `report` has described it."""
    name = run_folders.contracted(path)
    return snakemake_report(name, **shown[path]) if path in shown else name


@cache
def make_altered_again():
    """Have what is not as its job wrote it made again: a run, now taken, removes it, and a dry run plans the job."""
    if workflow.executor_plugin is not None and not is_job:
        if workflow.dryrun:
            print(call.plan(), file=sys.stderr)
        found = call.altered(golden_path, will_run=not workflow.dryrun)
        workflow.dag.forcefiles.update(f"{home}/{name}" for name in found)


def intact(wildcards):
    """Nothing; every run has a job with this input, so that files are compared before Snakemake looks what there is."""
    make_altered_again()
    return []


def files_of_run(wildcards):
    """Every file of the run but the manifest; a run folder with files that no rule makes is refused."""
    make_altered_again()
    if not is_job:
        call.undeclared(workflow.rules)
    return [path for path in golden_path if path not in rules.audit_manifest.output]


def is_whole():
    """Whether every file of the run was asked for, so that it has to be there when the call ends well."""
    asked = workflow.dag_settings
    is_part = asked.until or asked.omit_from or asked.batch or asked.allowed_rules
    return not is_part and any(rule.name == "all" for rule in workflow.dag.targetrules)


pathvars:
    **folders,


wildcard_constraints:
    table="|".join(company.contracts),
    mart="|".join(company.marts),
    file="|".join(map(re.escape, raw_files.names)),
    workbook="|".join(map(re.escape, raw_files.workbooks)) or "(?!)",


onstart:
    print(call.begin(workflow.rules), end="", file=sys.stderr)
    memory.keep()
    looks.start(workflow)
    warm_worker.start(workflow, config["warm_worker"])
    early_cutoff.start(workflow)


onsuccess:
    print(call.result(golden_path, is_whole=is_whole()), file=sys.stderr)


onerror:
    print(call.failure(golden_path), file=sys.stderr)
