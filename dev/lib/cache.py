"""A folder of finished things: each is made once, by one run at a time, and a thing
that was not finished is never used."""

import contextlib
import fcntl
import hashlib
import os
import shutil

from . import places, progress
from .trouble import Trouble

_COMPLETE = ".complete"


def fingerprint(*parts):
    """A short name for the content of ``parts`` (strings or bytes)."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:12]


def need_disk(folder, megabytes, what):
    """Say so before a download when the disk cannot hold it."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise Trouble(
            f"Not enough disk space for {what}: {folder} has {free} MB free and it"
            f" takes {megabytes} MB. Free some space, or name another folder in"
            " SALTO_KS_CACHE."
        )


@contextlib.contextmanager
def locked(path, waiting=None):
    """Hold the lock file ``path``; it is released when this process ends, however.

    :param waiting: what to say while another process holds it
    :raises BlockingIOError: when it is held and there is nothing to say
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is None:
                raise
            progress.say(waiting)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def keep(name, build, *, megabytes, what, root=None):
    """The finished folder ``name``, made by ``build(folder)`` when it is missing.

    It is built in its final place, because a virtual environment cannot be moved, and
    counts only once its marker is there.

    :param megabytes: the disk space that it takes at most
    :param what: how a person calls it
    :param root: the folder it is kept in, by default the cache
    """
    root = places.make_folder(root or places.cache_folder())
    folder = root / name
    if (folder / _COMPLETE).exists():
        return folder
    waiting = f"Another run is fetching {what}; waiting for it."
    with locked(root / f"{name}.lock", waiting):
        if (folder / _COMPLETE).exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        need_disk(root, megabytes, what)
        folder.mkdir()
        try:
            build(folder)
        except Trouble as error:
            raise Trouble(
                f"{error}\nWithout {what} this cannot go on. If the network was away,"
                " start again when it is back: what is complete is kept."
            ) from error
        os.sync()  # a power cut must not leave the marker without the files
        (folder / _COMPLETE).touch()
    return folder
