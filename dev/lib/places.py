"""Where things are: the checkout, the cache, the PostgreSQL clusters."""

import os
from pathlib import Path

from .trouble import Trouble

MODULE = "resource_booking_salto_ks"
REPO = Path(__file__).resolve().parents[2]


def _home_folder(variable, default):
    return Path(os.environ.get(variable) or Path.home() / default) / MODULE


def cache_folder():
    """What was fetched once and serves every checkout."""
    named = os.environ.get("SALTO_KS_CACHE")
    return Path(named).absolute() if named else _home_folder("XDG_CACHE_HOME", ".cache")


def demo_folder():
    """The default data folder of the demo."""
    return _home_folder("XDG_DATA_HOME", ".local/share") / "demo"


def server_folder():
    """Where PostgreSQL itself, if it has to be fetched, and its clusters live.

    PostgreSQL refuses to run as root, and the user it then runs as cannot look into
    root's home. So root's clusters have a folder of their own."""
    return Path("/var/lib") / MODULE if os.geteuid() == 0 else cache_folder()


def make_folder(path, mode=0o755):
    """Create ``path`` and its parents, or say why that is impossible."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise Trouble(f"Cannot create the folder {path}: {error.strerror}.") from error
    return path
