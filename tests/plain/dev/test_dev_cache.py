"""The cache of the developer commands."""

import queue
import subprocess
import sys
import threading

import pytest

from dev.lib import cache, places
from dev.lib.trouble import Trouble


@pytest.fixture
def keep(tmp_path, monkeypatch):
    monkeypatch.setenv("SALTO_KS_CACHE", str(tmp_path))

    def keep(build, megabytes=1):
        return cache.keep("thing", build, megabytes=megabytes, what="the thing")

    return keep


def write(text):
    return lambda folder: (folder / "content").write_text(text, encoding="utf-8")


def test_thing_is_made_once(keep):
    assert (keep(write("first")) / "content").read_text() == "first"
    assert (keep(write("second")) / "content").read_text() == "first"


def test_broken_download_is_not_used_and_not_mixed_with_the_next(keep):
    def broken(folder):
        (folder / "half").touch()
        raise Trouble("the network went away")

    with pytest.raises(Trouble):
        keep(broken)
    folder = keep(write("whole"))
    assert (folder / "content").read_text() == "whole"
    assert not (folder / "half").exists()


def test_missing_disk_space_is_told_before_anything_is_fetched(keep):
    with pytest.raises(Trouble, match=r"Not enough disk space for the thing: .* MB"):
        keep(lambda _folder: pytest.fail("fetched"), megabytes=10**9)


def test_second_run_waits_for_the_first_and_uses_what_it_made(keep, monkeypatch):
    said = queue.Queue()
    monkeypatch.setattr(cache.progress, "say", said.put)
    started, finish = threading.Event(), threading.Event()

    def slow(folder):
        started.set()
        finish.wait(10)
        write("first")(folder)

    first = threading.Thread(target=keep, args=(slow,))
    first.start()
    started.wait(10)
    found = []
    second = threading.Thread(target=lambda: found.append(keep(write("second"))))
    second.start()
    assert "Another run is fetching the thing; waiting" in said.get(timeout=10)
    finish.set()
    first.join(10)
    second.join(10)
    assert (found[0] / "content").read_text() == "first"


def test_lock_of_a_killed_run_is_free(tmp_path):
    holder = f"""
import sys, time
sys.path.insert(0, {str(places.REPO)!r})
from pathlib import Path
from dev.lib import cache
with cache.locked(Path({str(tmp_path / "lock")!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdout=subprocess.PIPE
    ) as run:
        assert run.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), cache.locked(tmp_path / "lock"):
            pass
        run.kill()
        run.wait()
        with cache.locked(tmp_path / "lock"):
            pass


def test_fingerprint_depends_on_every_part():
    assert cache.fingerprint("a", b"b") == cache.fingerprint("a", "b")
    assert cache.fingerprint("a", "b") != cache.fingerprint("ab", "")
    assert cache.fingerprint("a", "b") != cache.fingerprint("b", "a")
