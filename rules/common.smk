"""The call, its settings and company, checked before any rule exists; what all files of rules use. No rules."""

import re
import sys
from datetime import datetime, timezone
from pathlib import Path

from elt.code_version import code_version
from elt.command import invocation, retention, warm_worker
from elt.files import sha256
from elt.retention import erasures
from elt.run import mart_lineage, run_folders, settings

config.update(settings.prepared(config))
call = invocation.prepared(sys.argv[1:], config, Path(workflow.basedir), datetime.now(timezone.utc))
company, raw_files, home = call.company, call.raw_files, call.home
golden_path = []  # every file of a run; each file of rules adds its own
published = []  # reports about groups, for everybody
handed_on = []  # reports with record numbers, for the owners of the data
collective_accounts = {"share": config["collective_account_share"], "listed": company.collective_accounts}


def key_id(wildcards):
    """Names the pseudonym key, so that another key makes other pseudonyms; the first run makes one if there is none."""
    will_plan = workflow.executor_plugin is not None
    return call.key_id(will_plan=will_plan, will_run=will_plan and not workflow.dryrun)


def files_of_run(wildcards):
    """Every file of the run but the manifest; a run folder with files that no rule makes is refused."""
    call.undeclared(workflow.rules)
    return [path for path in golden_path if path not in rules.audit_manifest.output]


pathvars:
    **run_folders.pathvars(home),


wildcard_constraints:
    table="|".join(company.contracts),
    mart="|".join(company.marts),
    file="|".join(map(re.escape, raw_files.names)),


onstart:
    print(call.begin(workflow.rules), end="", file=sys.stderr)
    warm_worker.start(workflow, config["warm_worker"])


onsuccess:
    print(call.result(), file=sys.stderr)


onerror:
    print(call.failure(golden_path), file=sys.stderr)
