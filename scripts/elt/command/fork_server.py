"""The server of the warm worker: it has heavy packages imported, and each script that is to run is a fork of it.

    python fork_server.py <descriptor of a socket> <descriptor of the standard error of scripts>

Over the socket, whoever started it sends one connection a script. On a connection the server answers with the number
of the fork, the fork reads what it is to run, and when it has ended the server writes its exit code as `subprocess`
counts it, and what it has used. Once the socket is closed nobody waits for results: forks that still run are killed,
and the server ends.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

if __name__ == "__main__":  # the folder of the scripts in place of this file's
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from elt.command import forked_script
from elt.command.preloaded import Preloaded

LEFT_TO_FORKS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a terminal sends them to the server too
REFUSED = 0  # in place of the number of a fork


def threads() -> int:
    """Threads of this process, those of libraries among them."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (pathlib is no shorter)


class Server:
    """The forks that run, and what each of them answers on."""

    def __init__(self, control: socket.socket, errors: int) -> None:
        self.control, self.errors = control, errors
        self.preloaded = Preloaded()
        self.running: dict[int, tuple[int, socket.socket]] = {}  # descriptor of a process: its number, its connection
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.handlers = {number: signal.signal(number, signal.SIG_IGN) for number in LEFT_TO_FORKS}

    def serve(self) -> socket.socket | None:
        """Answer until nobody asks; None then, and in each fork the connection that tells what to run."""
        self.preloaded.begin()
        while True:
            events = self.selector.select(0 if self.preloaded.waiting else None)
            if not events:  # a script may be waiting, so not all of them at once
                self.preloaded.go_on()
            for key, _ in events:
                if key.fd != self.control.fileno():
                    self.report(key.fd)
                    continue
                message, descriptors, *_ = socket.recv_fds(self.control, 1, 1)
                if not message:
                    self.end()
                    return None
                connection = socket.socket(fileno=descriptors[0])
                if self.fork(connection):
                    return connection

    def fork(self, connection: socket.socket) -> bool:
        """Whether this is the new fork; the server tells its number, or that it makes none as a library has threads."""
        if threads() > 1:
            with contextlib.suppress(OSError), connection:
                connection.sendall(b"%d\n" % REFUSED)
            return False
        for output in (sys.stdout, sys.stderr):
            output.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_FORKS)
        number = os.fork()
        if number == 0:
            self.leave()
            return True
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_FORKS)
        process = os.pidfd_open(number)
        self.running[process] = (number, connection)
        self.selector.register(process, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            connection.sendall(b"%d\n" % number)
        return False

    def leave(self) -> None:
        """In a fork: let go of all that is the server's, and take signals as a new process does."""
        self.selector.close()
        self.control.close()
        for process, (_, connection) in self.running.items():
            os.close(process)
            connection.close()
        os.dup2(self.errors, sys.stderr.fileno())
        os.close(self.errors)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_FORKS)
        self.preloaded.hand_over()

    def report(self, process: int) -> None:
        """Write the exit code of a fork that has ended, its processor time, largest memory, blocks read and written."""
        self.selector.unregister(process)
        number, connection = self.running.pop(process)
        _, status, used = os.wait4(number, 0)
        os.close(process)
        seconds, numbers = used.ru_utime + used.ru_stime, (used.ru_maxrss, used.ru_inblock, used.ru_oublock)
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"%d %.6f %d %d %d\n" % (os.waitstatus_to_exitcode(status), seconds, *numbers))

    def end(self) -> None:
        """Kill the forks that still run: what they were to make is awaited by nobody."""
        for number, _ in self.running.values():
            os.kill(number, signal.SIGKILL)
        for number, _ in self.running.values():
            os.waitpid(number, 0)


def main(control: int, errors: int) -> None:
    """Serve; in a fork, run the one script that its connection names."""
    del sys.path[0]  # the folder of the scripts: each script brings its own
    connection = Server(socket.socket(fileno=control), errors).serve()
    if connection is None:
        return
    code = 1
    try:
        with connection, connection.makefile("rb") as lines:
            request = lines.readline()
        if request:  # else nobody is left who would wait for it
            forked_script.become(json.loads(request))
            code = forked_script.run(sys.argv[0])
    finally:
        forked_script.end(code)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
