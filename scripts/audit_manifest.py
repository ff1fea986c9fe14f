"""Close the run: its settings, versions, and the hash of every file that its rules make.

Inputs: all of these files.
Outputs: _meta/run_manifest.json.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json
from elt.run import declared, last_call, manifest

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(settings: Mapping[str, Any], files: Iterable[str], output: str) -> None:
    """Describe the finished run and write the manifest; raises Fault if the run holds files that no rule makes."""
    run = Path(output).parents[1]
    names = {Path(file).relative_to(run).as_posix() for file in files}
    if foreign := [name for name in manifest.present(run) if name not in names and not manifest.is_apart(name)]:
        problem = f"{len(foreign)} files lie in it that no rule makes: {declared.listed(foreign)}"
        raise Fault(f"run {run.name}", problem, f"Move them out of {run}")
    content = manifest.describe(run, "complete", settings, names, sources=last_call.sources(run))
    write_json(output, content, int(settings.get("published_mode", "0600"), 8))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.settings, snakemake.input, snakemake.output[0])
