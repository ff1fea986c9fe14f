"""The earlier run that `compare_to` names for a run: whether its segments can be read, before anything runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elt import receipts
from elt.faults import Fault
from elt.files import read_json
from elt.protection import pseudonyms
from elt.run import run_folders

SEGMENTS, MODEL = "step3_segmentation/data/customer_segments.csv", "step3_segmentation/_meta/model_metadata.json"
POLICY = "_meta/data_policy.json"
OTHER = "Name another run, or leave compare_to out"


def segments(config: Mapping[str, Any], run_id: str, key_file: Path) -> tuple[str, ...]:
    """Paths of the segments and of the model of the run that `compare_to` names, none if it names none.

    Raises Fault for a run that is not there, is the same one, belongs to another company, is not whole, or has
    pseudonyms of another key. A key that is not there yet is another one's to tell of.
    """
    if not (name := config.get("compare_to")):
        return ()
    where, run = f"compare_to {name}", run_folders.RUNS / name
    theirs, company = run_folders.known().get(name), os.path.relpath(os.path.realpath(config["company"]))
    if theirs is None:
        raise Fault(where, "there is no such run", OTHER)
    if name == run_id:
        raise Fault(where, "it is the run that is worked on", OTHER)
    if theirs["company"] != company:
        raise Fault(where, f"this run belongs to company {theirs['company']}", OTHER)
    call = f"snakemake --config run_id={name} company={theirs['company']} raw={theirs['raw']}"
    for file in (SEGMENTS, MODEL, POLICY):
        if not (run / file).is_file() or receipts.intact(run, file) is None:
            problem = f"{file} is missing, or not as its step wrote it"
            raise Fault(where, problem, f"Make that run whole again, with its settings: {call}")
    stated = read_json(run / POLICY).get("pseudonyms", {}).get("key_id")
    if key_file.exists() and stated != pseudonyms.key_id(pseudonyms.read_key(key_file)):
        raise Fault(where, "its pseudonyms were made with another key, so no customer is known again", OTHER)
    return ((run / SEGMENTS).as_posix(), (run / MODEL).as_posix())
