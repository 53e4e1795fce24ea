"""Processes that end with us, whichever way we end."""

import collections
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

from .trouble import Trouble

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE_SECONDS = 15

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Stopped(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM or SIGHUP."""


def _stop_signals():
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # as nohup wants it
        return (signal.SIGINT, signal.SIGTERM)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def go_on_in_a_child():
    """Leave the work to a child and only wait for it here. So even when this process
    is killed outright, somebody is left to end what was started."""
    if not _libc:
        return
    front = os.getpid()
    worker = os.fork()
    if worker == 0:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != front:
            os._exit(1)
        return
    for number in _stop_signals():
        signal.signal(number, lambda number, _frame: os.kill(worker, number))
    _pid, status = os.waitpid(worker, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def stop_on_signals():
    """Turn the signals that mean "end" into one exception, and let orphans of our
    children become our own children, so that they can be ended too."""
    signals = _stop_signals()

    def stop(number, _frame):
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    for number in signals:
        signal.signal(number, stop)
    if _libc:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _dies_with_parent(death_signal):
    """What the child does before its program starts: ask the kernel to be ended when
    this process is killed without a chance to clean up."""
    parent = os.getpid()

    def prepare():
        if _libc:
            _libc.prctl(_PR_SET_PDEATHSIG, death_signal)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def spawn(argv, *, user=None, death_signal=signal.SIGKILL, **options):
    """Start a process in a group of its own.

    :param user: the ``pwd`` entry of the user it runs as
    :param death_signal: what it gets when we are killed
    """
    if user:
        options.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [str(part) for part in argv],
        start_new_session=True,
        preexec_fn=_dies_with_parent(death_signal),
        **options,
    )


def end(process, first=signal.SIGTERM):
    """End a process and its group: politely, then not."""
    for number, seconds in ((first, _PATIENCE_SECONDS), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            if process.poll() is None:
                process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_orphans():
    """End what our children left behind and the kernel gave to us."""
    if not _libc:
        return
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            children = f"/proc/self/task/{os.getpid()}/children"
            with open(children, encoding="ascii") as file:
                pids = [int(pid) for pid in file.read().split()]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            for pid in pids:
                os.waitpid(pid, 0)
        except (FileNotFoundError, ProcessLookupError, ChildProcessError):
            return
        if not pids:
            return


def run(argv, what, **options):
    """Run a program to its end and return what it printed.

    :param what: what it does, for the sentence when it fails
    :raises Trouble: with the last lines it printed, when it fails
    """
    try:
        process = spawn(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        )
    except FileNotFoundError as error:
        raise Trouble(f"{what} needs the program {argv[0]}.") from error
    try:
        output, _nothing = process.communicate()
    except BaseException:
        end(process)
        raise
    if process.returncode:
        lines = [line for line in output.splitlines() if line.strip()]
        raise Trouble(f"{what} did not work:\n  " + "\n  ".join(lines[-8:]))
    return output


def last_lines(path, count=15):
    """The end of a log file, for a person who has to see why a program ended."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(collections.deque(file, count))
