"""Sign the manifest of a run, and by its root hash all files of the run, with a key that the auditor keeps.

Inputs: the run's manifest, a secret key of minisign.
Outputs: the signature beside the manifest, a summary for the closing words.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json, write_text
from elt.run import manifest, minisign, run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(run_id: str, secret: str, summary: str) -> None:
    """Sign; raises Fault where there is nothing to sign, or no key to sign with."""
    run = run_folders.RUNS / run_id
    key = minisign.secret_key(Path(secret))
    with run_folders.at_rest(run):
        content = manifest.stated(run)
        if content is None:
            problem = f"{manifest.NAME} is missing, or not as it was written"
            raise Fault(f"run {run_id}", problem, "Run it again, then sign it")
        comment = f"run {run_id} {content['status']} root {content['root']}"
        mode = (run / manifest.NAME).stat().st_mode & 0o777
        write_text(run / manifest.SIGNATURE, minisign.signed(run / manifest.NAME, key, comment), mode)
    write_json(summary, {"words": f"Run {run_id} is signed.", "lines": [comment, str(run / manifest.SIGNATURE)]})
    rulelog.log.info("%s is signed", run_id)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.run_id, snakemake.params.secret, snakemake.output.summary)
