"""The keys that secrets are encrypted with at rest.

They come from the environment variable SALTO_KS_ENCRYPTION_KEYS, or else from a key
file in Odoo's data directory, made at first use. Both hold Fernet keys, separated by
commas: the first encrypts, all decrypt, so that a key can be replaced.
A copy of the database alone therefore holds nothing readable.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from odoo.tools import config

KEYS_VARIABLE = "SALTO_KS_ENCRYPTION_KEYS"
KEY_FILE_NAME = "resource_booking_salto_ks.key"


def load_keys() -> list[Fernet]:
    """The keys in force: at least one, the newest first.

    :raises ValueError: a configured key is not a Fernet key
    :raises OSError: the key file can be neither read nor made
    """
    text = os.environ.get(KEYS_VARIABLE, "").strip() or _keys_in_file()
    keys = [Fernet(key.strip()) for key in text.split(",") if key.strip()]
    if not keys:
        raise ValueError("There is no key.")
    return keys


def _keys_in_file():
    path = Path(config["data_dir"]) / KEY_FILE_NAME
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        _create_key_file(path)
        return path.read_text().strip()


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
