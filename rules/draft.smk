"""Drafts. Needs: raw exports, nothing else. Gives: a draft contract for every export that has none."""

import sys
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "scripts"))

from elt.draft import command
from elt.code_version import code_version

# Snakemake knows its targets only after it has read all rules. A draft must not ask anything of a company, which may
# not be there yet; so its rule is read alone when it is asked for, and no run folder is chosen.
IS_DRAFT = "draft_contracts" in sys.argv[1:]
DRAFTS = f"artifacts/drafts/{Path(str(config['company'])).name}"

DRAFT_STARTED = datetime.now(timezone.utc)

if IS_DRAFT:
    if _faults := list(command.faults(config)):
        sys.exit("\n".join(["Nothing can be drafted. Nothing was written.", *(f"  {line}" for line in _faults)]))

    pathvars:
        logs=f"{DRAFTS}/_meta/logs",
        benchmarks=f"{DRAFTS}/_meta/benchmarks",

    onsuccess:
        print(command.result(Path(DRAFTS), config), file=sys.stderr)

    onerror:
        print(command.failure(Path(DRAFTS), DRAFT_STARTED), file=sys.stderr)


# The contracts are no declared outputs: Snakemake removes what a rule is about to make, and a person's contract stays.
rule draft_contracts:
    """Draft a contract for every raw export that has none: `--config raw=<folder> company=config/<new>`."""
    input:
        [],
    output:
        summary=f"{DRAFTS}/_meta/draft.json",
    log:
        "<logs>/draft_contracts.log",
    benchmark:
        "<benchmarks>/draft_contracts.tsv"
    conda:
        "../envs/pipeline.yaml"
    params:
        code=code_version("draft_contracts.py"),
        raw=config["raw"],
        company=config["company"],
        staging=f"{DRAFTS}/bronze/.staging",
        asked_at=DRAFT_STARTED.isoformat(),  # whenever it is asked for, it looks again
    script:
        "../scripts/draft_contracts.py"
