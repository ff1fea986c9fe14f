"""The server of the warm worker: it has heavy packages imported, and each script that is to run is a fork of it.

    python fork_server.py <descriptor of a socket> <descriptor of the standard error of scripts> [apart]

Over the socket, whoever started it sends one connection a script. On a connection the server answers with the number
of the fork, the fork reads what it is to run, and when it has ended the server writes its exit code as `subprocess`
counts it, and what it has used. Once the socket is closed nobody waits for results: forks that still run are killed,
and the server ends. With `apart` a fork of the server, which serves as it does, imports what one step alone needs, and
connections of that step are handed on to it.
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
PLAIN, APART = b"!", b"+"  # sent with a connection: of any script, of one that needs what is imported apart


def threads() -> int:
    """Threads of this process, those of libraries among them."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (pathlib is no shorter)


class Server:
    """The forks that run, and what each of them answers on."""

    def __init__(self, control: socket.socket, errors: int, *, will_part: bool = False) -> None:
        self.control, self.errors = control, errors
        self.preloaded, self.will_part = Preloaded(), will_part
        self.apart: tuple[int, socket.socket] | None = None  # the fork with more imported: its number, its control
        self.running: dict[int, tuple[int, socket.socket]] = {}  # descriptor of a process: its number, its connection
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.handlers = {number: signal.signal(number, signal.SIG_IGN) for number in LEFT_TO_FORKS}

    def serve(self) -> socket.socket | None:
        """Answer until nobody asks; None then, and in each fork the connection that tells what to run."""
        self.preloaded.begin()
        while True:
            is_idle = not self.preloaded.waiting and not self.will_part
            events = self.selector.select(None if is_idle else 0)
            if not events:  # a script may be waiting, so not all of them at once
                (self.preloaded.go_on if self.preloaded.waiting else self.part)()
            for key, _ in events:
                if key.fd != self.control.fileno():
                    self.report(key.fd)
                    continue
                message, descriptors, *_ = socket.recv_fds(self.control, 1, 1)
                if not message:
                    self.end()
                    return None
                connection = socket.socket(fileno=descriptors[0])
                if not (message == APART and self.hand_on(connection)) and self.fork(connection):
                    return connection

    def part(self) -> None:
        """Leave the imports of one step alone to a fork, which serves that step from now on as this one does others."""
        self.will_part = False
        if threads() > 1:
            return
        ours, theirs = socket.socketpair()
        if number := os.fork():
            theirs.close()
            self.apart = number, ours
            return
        ours.close()
        self.let_go()
        self.control, self.running = theirs, {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(theirs, selectors.EVENT_READ)
        self.preloaded.go_apart()

    def hand_on(self, connection: socket.socket) -> bool:
        """Whether the fork with more imported has been given a connection."""
        with contextlib.suppress(OSError):
            if self.apart is not None:
                socket.send_fds(self.apart[1], [PLAIN], [connection.fileno()])
                connection.close()
                return True
        return False

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

    def let_go(self) -> None:
        """In a fork: close all that is the server's."""
        self.selector.close()
        self.control.close()
        if self.apart is not None:
            self.apart[1].close()
        for process, (_, connection) in self.running.items():
            os.close(process)
            connection.close()

    def leave(self) -> None:
        """In the fork of a script: let go of the server, and take signals as a new process does."""
        self.let_go()
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
        if self.apart is not None:
            self.apart[1].close()
            os.waitpid(self.apart[0], 0)


def main(control: int, errors: int, *, will_part: bool = False) -> None:
    """Serve; in a fork, run the one script that its connection names."""
    del sys.path[0]  # the folder of the scripts: each script brings its own
    connection = Server(socket.socket(fileno=control), errors, will_part=will_part).serve()
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
    main(int(sys.argv[1]), int(sys.argv[2]), will_part="apart" in sys.argv)
