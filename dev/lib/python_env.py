"""The virtual environment: Odoo's requirements, the host module and the test tools."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from . import apt, cache, places, processes, progress
from .trouble import Trouble

_REQUIREMENTS = places.REPO / "dev/requirements.txt"


def find(odoo):
    """The environment for the Odoo in the folder ``odoo``, made first if need be."""
    requirements = _REQUIREMENTS.read_bytes()
    python = (sys.version, sysconfig.get_platform(), sys.base_prefix)
    key = cache.fingerprint(requirements, str(odoo), *python)
    return cache.keep(
        f"venv-{key}",
        lambda folder: _build(folder, odoo),
        megabytes=1000,
        what="the Python packages",
    )


def python(env):
    return env / "bin/python"


def _build(folder, odoo):
    _create(folder)
    _point_to_odoo(folder, odoo)
    # pip unpacks where TMPDIR says, and a small /tmp could not hold it.
    unpacking = folder / "unpacking"
    unpacking.mkdir()
    install = ["-m", "pip", "install", "--quiet", "--requirement", _REQUIREMENTS]
    with progress.step("installing the Python packages", folder):
        processes.run(
            [python(folder), *install],
            "Installing the Python packages",
            env={**os.environ, "TMPDIR": str(unpacking)},
        )
    shutil.rmtree(unpacking)


def _create(folder):
    venv = [sys.executable, "-m", "venv"]
    try:
        import ensurepip  # noqa: F401  (Debian puts it into a package of its own)
    except ImportError:
        processes.run([*venv, "--without-pip", folder], "Making the environment")
        _add_pip(folder)
    else:
        processes.run([*venv, folder], "Making the environment")


def _add_pip(folder):
    """Install pip from Debian's wheel of it."""
    if not apt.available():
        raise Trouble(
            "This Python cannot make virtual environments: it lacks the module"
            " ensurepip. Install it (often as python3-venv) and start again."
        )
    private = apt.PrivateApt(folder / "apt")
    private.update()
    private.unpack(["python3-pip-whl"], folder / "wheel", "pip")
    (wheel,) = (folder / "wheel").rglob("pip-*.whl")
    processes.run(
        [python(folder), wheel / "pip", "install", "--no-index", wheel],
        "Installing pip",
    )


def _point_to_odoo(folder, odoo):
    """Make Odoo importable, and known to pip, without a file in Odoo's own folder."""
    (site,) = Path(folder).glob("lib/python3*/site-packages")
    (site / "odoo19.pth").write_text(f"{odoo}\n", encoding="utf-8")
    about = site / "odoo-19.0.dist-info"
    about.mkdir()
    metadata = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
    (about / "METADATA").write_text(metadata, encoding="utf-8")
    (about / "RECORD").touch()
    (about / "INSTALLER").write_text("dev\n", encoding="utf-8")
