"""A script in a fork of the warm worker's server, as if an interpreter of its own ran it."""

import atexit
import builtins
import gc
import logging
import os
import random
import signal
import sys
import threading
import time
import types
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

COLLECTED_AFTER = 100_000  # new objects; a script is short, and looking through them every 700 costs a tenth of it
CANNOT_FLUSH = 120  # what Python exits with if standard output cannot be written


def become(request: dict[str, Any]) -> None:
    """Make a fork what `python <script>` would be: folder, environment, arguments, random numbers of its own."""
    atexit._clear()  # what libraries have registered so far is for the server to do
    atexit.register(logging.shutdown)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = [request["script"]]
    sys.path.insert(0, str(Path(request["script"]).parent))
    gc.set_threshold(COLLECTED_AFTER)
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def code_of(end: SystemExit) -> int:
    """The exit code that an interpreter ends with."""
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


class Script(SourceFileLoader):
    """Loads a script as an interpreter loads its main module: no bytecode of it is kept."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0) -> None:
        """Keep nothing."""


def main_module(script: str) -> types.ModuleType:
    """A main module that is still empty, in the place of the server's."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=builtins, __annotations__={}, __cached__=None)
    sys.modules["__main__"] = module
    return module


def within(trace: types.TracebackType | None, script: str) -> types.TracebackType | None:
    """A traceback from the script on, without what has loaded it."""
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    return trace


def run(script: str) -> int:
    """Run a script as the main module; its exit code, or minus the signal that it is to end by."""
    try:
        Script("__main__", script).exec_module(main_module(script))
    except SystemExit as end:
        return code_of(end)
    except BaseException as error:
        sys.excepthook(type(error), error, within(error.__traceback__, script))
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def end(code: int) -> None:
    """End a fork as an interpreter ends, but for the time it takes to tear down every package; never returns."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.modules["__main__"].__dict__.clear()  # what is left open is closed, as at the end of an interpreter
        for output in (sys.stdout, sys.stderr):
            output.flush()
    except BaseException:
        code = code or CANNOT_FLUSH
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
