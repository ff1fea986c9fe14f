"""What the server of the warm worker imports before it forks, so that no script needs to.

Of the project it has modules that many scripts import, too; a fork that finds one of their files changed lets go of all
of them, since a fork must read its code as it is by then. No thread outlives a fork, so Polars is imported but for the
call that starts its threads: a fork makes it when its script imports Polars. Without threads a fork is a process like
any other.
"""

import contextlib
import functools
import gc
import importlib
import os
import sys
import types
from collections.abc import Callable
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

FIRST = (  # before the first script, or else each of those that begin with the run would import them beside the others
    "snakemake.iocontainers",
    "snakemake.logging",
    "elt.rulelog",
    "elt.table_files",
    "elt.tables",
    "elt.run.company",
    "elt.run.contract_parts",
    "elt.run.steps",
    "elt.report.assumptions",
    "elt.bronze.exports",
    "elt.bronze.structural_validation",
    "yaml",
    "polars",
    "numpy",
    "typeguard",
    "pydantic",
    "pandas",
    "pandera.pandas",
    "pandera.polars",
    "pandera.backends.pandas.builtin_hypotheses",  # what the first schema imports, Hypothesis among it where it is
)
PACKAGES = (  # while nobody asks, in the order in which a run comes to need them; what is not there is passed over
    "sqlglot.optimizer.scope",
    "sqlglot.optimizer.qualify",
    "sqlglot.dialects.duckdb",
    "sqlglot.lineage",
    "holidays.countries",
    "markdown_it",
    "jinja2",
    "elt.report.pages",
    "matplotlib",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "threadpoolctl",
)
APART = (  # of one step alone, and large: each fork would take it over as page tables
    "sklearn.cluster",
    "sklearn.metrics",
)
SCRIPTS = Path(__file__).resolve().parents[2]
OWN = "elt"  # the package of the project
NEED_POLARS = ("pandera.polars",)  # they would start it if it were not imported by then
POLARS = "2.1.0"  # its start is known; another version is left to the forks
POLARS_CORE = "_polars_runtime_32._polars_runtime"
POLARS_START = "__register_startup_deps"  # called by the import of Polars; threads begin with it
ALLOCATOR = "_RJEM_MALLOC_CONF"  # settings of the allocator of Polars: its own, and no thread of the allocator's
ALLOCATED = "dirty_decay_ms:500,muzzy_decay_ms:1000,background_thread:false"


def look(file: str | Path) -> tuple[int, int, int]:
    """What changes with a file: its size, time of change and inode; other than any before where it is gone."""
    try:
        found = os.stat(file)  # noqa: PTH116 (a hundred files a fork)
    except OSError:
        return (-1, -1, -1)
    return found.st_size, found.st_mtime_ns, found.st_ino


class OwnCode:
    """Modules of the project that the server has imported, and how their files looked before."""

    def __init__(self) -> None:
        self.seen = {str(path): look(path) for path in (SCRIPTS / OWN).rglob("*.py")}

    def import_one(self, name: str) -> None:
        """Import a module and what it needs; one that needs Polars is left to the forks, which start it."""
        known = sys.modules.get("polars")
        sys.modules["polars"] = None  # type: ignore[assignment]  # so that its import fails
        sys.path.insert(0, str(SCRIPTS))
        try:
            importlib.import_module(name)
        finally:
            sys.path.remove(str(SCRIPTS))
            del sys.modules["polars"]
            if known is not None:
                sys.modules["polars"] = known

    def let_go_if_changed(self) -> None:
        """In a fork: unless all files look as they did, its script imports their modules anew."""
        mine = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == OWN}
        files = [str(module.__file__) for module in mine.values()]
        if any(look(file) != self.seen.get(file) for file in files):
            for name in mine:
                del sys.modules[name]


class Polars:
    """Polars as the server has it, and what a fork is still to do when its script imports it; a finder and a loader."""

    def __init__(self) -> None:
        self.module: types.ModuleType | None = None
        self.start: Callable[[], None] | None = None

    def import_all_but_start(self) -> None:
        """Import Polars in the server."""
        if metadata.version("polars") != POLARS or not os.environ.keys().isdisjoint((ALLOCATOR, "POLARS_THP")):
            return
        os.environ[ALLOCATOR] = ALLOCATED
        core = importlib.import_module(POLARS_CORE)
        start, given = getattr(core, POLARS_START), list[Any]()
        setattr(core, POLARS_START, given.append)
        try:
            self.module = importlib.import_module("polars")
        finally:
            setattr(core, POLARS_START, start)
        self.start = functools.partial(start, *given)

    def leave_start_to_import(self) -> None:
        """In a fork: from now on the first import of Polars starts it."""
        if self.module is not None:
            del sys.modules["polars"]
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """As a finder: this, for Polars alone."""
        return ModuleSpec(name, self) if name == "polars" else None  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> types.ModuleType | None:
        """As a loader: what the server has imported, as its own import has described it."""
        self.spec = self.module.__spec__ if self.module is not None else None
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        """As a loader: the call that was put off."""
        module.__spec__ = self.spec
        sys.meta_path.remove(self)
        if self.start is not None:
            self.start()


class Preloaded:
    """What is imported by now, and what is still to be."""

    def __init__(self) -> None:
        self.waiting, self.polars, self.own = list(PACKAGES), Polars(), OwnCode()

    def begin(self) -> None:
        """Import what the first scripts need."""
        for name in FIRST:
            self.bring_in(name)

    def go_on(self) -> None:
        """Import one more of those that wait."""
        self.bring_in(self.waiting.pop(0))

    def go_apart(self) -> None:
        """From now on the server is the one of the step that needs more than all others."""
        self.waiting = [*APART]

    def bring_in(self, name: str) -> None:
        """Import a module."""
        with contextlib.suppress(Exception):  # a script that needs it says what is wrong with it
            if name == "polars":
                self.polars.import_all_but_start()
            elif name.startswith(f"{OWN}."):
                self.own.import_one(name)
            elif self.polars.module is not None or name not in NEED_POLARS:
                importlib.import_module(name)
        gc.freeze()  # forks share what lies here, as long as nobody writes to it

    def hand_over(self) -> None:
        """In a fork: its script finds Polars and the modules of the project as its own imports would give them."""
        self.polars.leave_start_to_import()
        self.own.let_go_if_changed()
