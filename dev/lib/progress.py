"""Lines a person can follow: what happens, how many megabytes, how long it took."""

import contextlib
import sys
import threading
import time

_EVERY_SECONDS = 10


def say(text):
    print(text, flush=True)


def folder_megabytes(folder):
    """The size of the files in ``folder``, which may be changing meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total // 1_000_000


@contextlib.contextmanager
def step(what, folder=None, megabytes=None):
    """Announce a step, show that it is alive, and say how long it took.

    :param what: the step, as a person would name it
    :param folder: the folder that fills while it runs
    :param megabytes: how full the folder gets, if that is known
    """
    started = time.monotonic()
    size = f" ({megabytes} MB)" if megabytes else ""
    say(f"- {what}{size} ...")
    ended = threading.Event()

    def tell():
        while not ended.wait(_EVERY_SECONDS):
            seconds = round(time.monotonic() - started)
            have = f", {folder_megabytes(folder)} MB" if folder else ""
            of = f" of {megabytes} MB" if folder and megabytes else ""
            say(f"  ... {what}: {seconds} s{have}{of}")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
    say(f"  {what}: done in {time.monotonic() - started:.0f} s")


def fail(text):
    print(text, file=sys.stderr, flush=True)
