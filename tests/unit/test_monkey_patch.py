"""A patch of Snakemake is made only where Snakemake is what it was written against."""

from types import SimpleNamespace

import pytest
import snakemake.api  # before the modules of the methods, which import each other
from conftest import ROOT

from elt.command import (
    early_cutoff,
    input_times,
    known_checksums,
    looks,
    monkey_patch,
    parsed_rules,
    plain_params,
    warm_worker,
)
from elt.command.monkey_patch import Guard

LOCAL = SimpleNamespace(executor_plugin=SimpleNamespace(name="local"))
PATCHES = {  # module -> what its start is given
    early_cutoff: (LOCAL,),
    input_times: (),
    known_checksums: (),
    looks: (LOCAL,),
    parsed_rules: (),
    plain_params: (),
    warm_worker: (LOCAL, "auto"),
}
by_module = pytest.mark.parametrize("patch", PATCHES, ids=lambda module: module.__name__.rpartition(".")[2])


def named(method: str) -> tuple[object, str]:
    """(class or module, name of the method or function) of "module:Class.method" or "module:function"."""
    owner, _, name = method.rpartition("." if "." in method.partition(":")[2] else ":")
    return monkey_patch.pkgutil.resolve_name(owner), name


def test_every_module_with_a_guard_is_tested_here():
    folder = ROOT / "scripts/elt/command"
    guarded = {path.stem for path in folder.glob("*.py") if "\nGUARD = Guard(" in path.read_text("utf-8")}
    assert guarded == {module.__name__.rpartition(".")[2] for module in PATCHES}


@by_module
def test_the_methods_that_it_was_written_against_are_as_known(patch: object):
    assert snakemake.api is not None
    assert patch.GUARD.found() == patch.GUARD.fingerprint
    assert patch.GUARD.is_met()


@by_module
@pytest.mark.parametrize("other", ["version", "text"])
def test_under_another_version_or_text_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, patch: object, other: str):
    methods = [named(method) for method in patch.GUARD.methods]
    ordinary = [getattr(owner, name) for owner, name in methods]
    for (owner, name), method in zip(methods, ordinary, strict=True):
        if name != "__new__":
            monkeypatch.setattr(owner, name, method)  # put back after the test
    if other == "version":
        monkeypatch.setattr(monkey_patch, "SNAKEMAKE", "9.0.0")
    else:
        monkeypatch.setattr(patch.GUARD, "fingerprint", "0")
    monkeypatch.setattr(warm_worker, "Worker", lambda: pytest.fail("a server was started"))
    patch.start(*PATCHES[patch])
    assert [getattr(owner, name) for owner, name in methods] == ordinary


def test_a_patch_that_cannot_be_made_is_left_out_and_one_that_can_is_made():
    made: list[str] = []

    @Guard((), Guard((), "").found())
    def start(name: str) -> None:
        """Raise what a patch may."""
        made.append(name)
        raise AttributeError(name)

    start("a workflow of another shape")
    assert (made, start.__doc__) == (["a workflow of another shape"], "Raise what a patch may.")


def test_a_method_that_is_gone_is_another_text():
    start = Guard(("snakemake.dag:DAG.no_such_method",), "0")(lambda: pytest.fail("it was patched"))
    start()
