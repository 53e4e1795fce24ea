"""Odoo 19 itself: the user's own, Debian's package, or Odoo's public git branch."""

import os
import shutil
from pathlib import Path

from . import apt, cache, processes, progress
from .trouble import Trouble

VARIABLE = "SALTO_KS_ODOO"
_GIT = "https://github.com/odoo/odoo.git"
_BRANCH = "19.0"
_IN_PACKAGE = "usr/lib/python3/dist-packages"

# odoo-19 holds links into these packages. Without them the login page fails.
_UNSTABLE = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# Unstable's versions of these have other file names than the links expect.
_STABLE = ("fonts-font-awesome", "fonts-inconsolata")
# Debian leaves this file out, and every page would log an error that fails its tour.
_LEFT_OUT = ("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


def find():
    """The folder that holds the ``odoo`` package, fetched first if need be."""
    named = os.environ.get(VARIABLE)
    if named:
        return _checked(Path(named).absolute())
    megabytes = 2000
    recipe = cache.fingerprint(*_UNSTABLE, *_STABLE, *_LEFT_OUT)
    if apt.available():
        try:
            kept = cache.keep(
                f"odoo-{recipe}", _from_debian, megabytes=megabytes, what="Odoo 19"
            )
            return kept / _IN_PACKAGE
        except _NotInDebian as error:
            progress.say(f"  No Odoo 19 from apt, so from git: {error}")
    kept = cache.keep("odoo-git", _from_git, megabytes=megabytes, what="Odoo 19")
    return kept / "odoo"


def addons_folders(odoo):
    """Where a checkout keeps the addons that are outside the ``odoo`` package."""
    outside = odoo / "addons"
    return [outside] if (outside / "web").is_dir() else []


class _NotInDebian(Exception):
    """The machine's mirrors do not have Debian's unstable suite."""


def _checked(folder):
    release = folder / "odoo/release.py"
    if not release.exists():
        raise Trouble(
            f"{VARIABLE} names {folder}, which holds no Odoo: it must be the folder"
            " that the package 'odoo' is in, such as a git checkout of Odoo."
        )
    if "version_info = (19, 0" not in release.read_text(encoding="utf-8"):
        raise Trouble(f"{VARIABLE} names {folder}, which is not an Odoo 19.0.")
    return folder


def _from_debian(folder):
    unstable = apt.PrivateApt(folder / "apt-unstable", unstable=True)
    try:
        with progress.step("fetching Debian's package index"):
            unstable.update()
    except Trouble as error:
        raise _NotInDebian(error) from error
    unstable.unpack(_UNSTABLE, folder, "Odoo 19")
    stable = apt.PrivateApt(folder / "apt-stable")
    stable.update()
    stable.unpack(_STABLE, folder, "Odoo's fonts")
    for private in (unstable, stable):
        shutil.rmtree(private.folder)
    package = folder / _IN_PACKAGE
    # It asks pip for PyPDF2, which Odoo can do without, and which complains of its own
    # age on every start. python_env tells pip instead that Odoo is there.
    shutil.rmtree(package / "odoo-19.0.egg-info")
    for name in _LEFT_OUT:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).touch()
    _relink(folder)


def _relink(tree):
    """Let the package's absolute links point into the tree, and miss nothing."""
    for path in tree.rglob("*"):
        if path.is_symlink() and os.readlink(path).startswith("/"):
            target = tree / os.readlink(path).lstrip("/")
            path.unlink()
            path.symlink_to(os.path.relpath(target, path.parent))
    missing = [str(path) for path in tree.rglob("*") if _dangles(path)]
    if missing:
        raise Trouble("Odoo's package links to nothing at:\n  " + "\n  ".join(missing))


def _dangles(path):
    return path.is_symlink() and not path.exists()


def _from_git(folder):
    clone = ["git", "clone", "--quiet", "--depth=1", f"--branch={_BRANCH}", _GIT]
    with progress.step("cloning Odoo 19 from its public repository", folder):
        processes.run(
            [*clone, folder / "odoo"],
            "Cloning Odoo 19 (an Odoo 19.0 that you have can be named in"
            f" {VARIABLE} instead)",
        )
