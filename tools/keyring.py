"""The keys that secrets are encrypted with at rest.

They come from the environment variable SALTO_KS_ENCRYPTION_KEYS, or else from a key
file in Odoo's data directory, made at first use. Both hold Fernet keys, separated by
commas: the first encrypts, all decrypt, so that a key can be replaced.
A copy of the database alone therefore holds nothing readable.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet

from odoo.tools import config

KEYS_VARIABLE = "SALTO_KS_ENCRYPTION_KEYS"
KEY_FILE_NAME = "resource_booking_salto_ks.key"
ROOT = 0


class KeyFileMissing(FileNotFoundError):
    """There is no key file, and the caller wants no new one."""


class KeyFileExposed(PermissionError):
    """Others than Odoo may read the key file, or have made it; ``mode`` is its mode,
    as chmod writes it."""

    def __init__(self, name, mode):
        super().__init__(f"{name} has mode {mode}")
        self.name, self.mode = name, mode


def load_keys(*, may_create: Callable[[], bool]) -> list[Fernet]:
    """The keys in force: at least one, the newest first.

    :param may_create: asked where there is no key file: may one be made?
    :raises ValueError: a configured key is not a Fernet key
    :raises KeyFileMissing: there is no key, and none may be made
    :raises KeyFileExposed: the key file is not for Odoo's eyes only
    :raises OSError: the key file can be neither read nor made
    """
    text = os.environ.get(KEYS_VARIABLE, "").strip() or _keys_in_file(may_create)
    return list(_parsed(text))


@lru_cache(maxsize=1)
def _parsed(text):
    keys = tuple(Fernet(key.strip()) for key in text.split(",") if key.strip())
    if not keys:
        raise ValueError("There is no key.")
    return keys


def _keys_in_file(may_create):
    path = Path(config["data_dir"]) / KEY_FILE_NAME
    try:
        return _read_guarded(path)
    except FileNotFoundError:
        if not may_create():
            raise KeyFileMissing(path.name) from None
        _create_key_file(path)
        return _read_guarded(path)


def _read_guarded(path):
    status = os.stat(path)
    mode = stat.S_IMODE(status.st_mode)
    # Windows knows neither such modes nor owners.
    if os.name == "posix" and (
        mode & 0o077 or status.st_uid not in (os.geteuid(), ROOT)
    ):
        raise KeyFileExposed(path.name, f"{mode:04o}")
    return _read(path, status.st_ino, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)
def _read(path, *_version):
    """The file's text; from the disk only if the file has changed."""
    return path.read_text(encoding="ascii").strip()


def _create_key_file(path):
    """Write a new key so that of several workers that try, one wins for all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable by its owner only.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
