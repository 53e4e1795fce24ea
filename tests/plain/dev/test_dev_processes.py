"""What the developer commands start must end with them."""

import signal
import subprocess
import sys
import time

import pytest

from dev.lib import places, processes
from dev.lib.trouble import Trouble

# A command whose child has a child of its own, and both ignore polite requests.
COMMAND = f"""
import sys
sys.path.insert(0, {str(places.REPO)!r})
from dev.lib import command, processes

STUBBORN = '''
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
signal.pause()
'''
PARENT = '''
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True)
exec(sys.argv[1])
'''

def work():
    child = processes.spawn([sys.executable, "-c", PARENT, STUBBORN])
    try:
        child.wait()
    finally:
        processes.end(child, processes.signal.SIGKILL)

command.run(work)
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]
)
def test_nothing_outlives_the_command(number):
    argv = [sys.executable, "-c", COMMAND]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as command:
        pids = [int(command.stdout.readline()) for _each in range(2)]
        assert all(map(alive, pids))
        command.send_signal(number)
        assert command.wait(60) != 0
        deadline = time.monotonic() + 60
        while any(map(alive, pids)):
            assert time.monotonic() < deadline, "left behind"
            time.sleep(0.02)


def test_failed_program_is_told_with_its_last_lines():
    script = "echo started; echo disk on fire; exit 3"
    with pytest.raises(Trouble, match="Fetching it did not work") as caught:
        processes.run(["sh", "-c", script], "Fetching it")
    assert "disk on fire" in str(caught.value)


def test_missing_program_is_named():
    with pytest.raises(Trouble, match="Cloning needs the program no-such-program"):
        processes.run(["no-such-program"], "Cloning")


def test_group_of_an_ended_process_is_ended_too():
    script = "sleep 60 & echo $!; exit 0"
    process = processes.spawn(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
    grandchild = int(process.stdout.readline())
    process.stdout.close()
    processes.end(process)
    deadline = time.monotonic() + 50  # the process sleeps for longer
    while alive(grandchild):
        assert time.monotonic() < deadline, "left behind"
        time.sleep(0.02)
