"""The keys that secrets are encrypted with at rest.

They come from the environment variable SALTO_KS_ENCRYPTION_KEYS (Fernet keys,
separated by commas: the first encrypts, all decrypt, so that a key can be
replaced), or else from a key file in Odoo's data directory, made at first use.
A copy of the database alone therefore holds nothing readable.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from odoo.tools import config

KEYS_VARIABLE = "SALTO_KS_ENCRYPTION_KEYS"
KEY_FILE_NAME = "resource_booking_salto_ks.key"


def load_keyring() -> MultiFernet:
    """The keys in force.

    :raises ValueError: a configured key is not a Fernet key
    :raises OSError: the key file can be neither read nor made
    """
    keys = os.environ.get(KEYS_VARIABLE, "").split(",")
    keys = [key.strip() for key in keys if key.strip()] or [_key_from_file()]
    return MultiFernet([Fernet(key) for key in keys])


def _key_from_file():
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
