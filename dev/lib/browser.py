"""Chromium for the browser tours: the machine's, or Debian's, unpacked in the cache."""

import os
import shutil
import sys

from . import apt, cache, processes
from .trouble import Trouble

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Odoo takes the first google-chrome of the PATH, before any other browser.
_LAUNCHER = "google-chrome"
# What would reach for the network, which a closed machine answers with a long wait.
_QUIET = (
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--no-proxy-server",
)


def find():
    """The folder, to be first in PATH, that holds the browser's launcher."""
    own = next(filter(None, map(shutil.which, _NAMES)), None)
    if own is None and not apt.available():
        raise Trouble(
            "The browser tours need Chromium or Google Chrome, and this machine has"
            " neither. Install one and start again."
        )
    tree = None if own else _fetched()
    key = cache.fingerprint(own, tree, sys.executable, _QUIET, _LAUNCHER_TEXT)
    kept = cache.keep(
        f"browser-{key}",
        lambda folder: _build(folder, own, tree),
        megabytes=10,
        what="Chromium's launcher",
    )
    return kept / "bin"


def _fetched():
    """The folder of Debian's Chromium, whichever Python asks for it."""
    kept = cache.keep(
        "chromium",
        lambda folder: apt.fetch_program(["chromium"], folder / "tree", "Chromium"),
        megabytes=1500,
        what="Chromium",
    )
    return kept / "tree"


def _build(folder, own, tree):
    """Write the launcher of the machine's own browser, or of the one in ``tree``."""
    libraries = ""
    fonts = None
    if own is None:
        own = tree / "usr/lib/chromium/chromium"
        libraries = apt.library_folders(tree)
        fonts = _font_settings(tree)
    launcher = folder / "bin" / _LAUNCHER
    launcher.parent.mkdir()
    launcher.write_text(
        _LAUNCHER_TEXT.format(
            python=sys.executable,
            browser=str(own),
            flags=list(_QUIET),
            libraries=libraries,
            fonts=fonts and str(fonts),
        ),
        encoding="utf-8",
    )
    launcher.chmod(0o755)
    processes.run(
        [launcher, "--headless", "--no-sandbox", "--version"], "Starting Chromium"
    )


def _font_settings(tree):
    """Settings that find the unpacked fonts, for a machine that has none."""
    if os.path.exists("/etc/fonts/fonts.conf"):
        return None
    settings = tree / "fonts.conf"
    settings.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
        f"<fontconfig><dir>{tree}/usr/share/fonts</dir>"
        f"<cachedir>{tree}/fonts-cache</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    return settings


# A browser must not outlive the test run that started it, not even a killed one.
_LAUNCHER_TEXT = """\
#!{python}
import ctypes, os, signal, sys

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if {libraries!r}:
    os.environ["LD_LIBRARY_PATH"] = {libraries!r}
if {fonts!r}:
    os.environ["FONTCONFIG_FILE"] = {fonts!r}
os.execv({browser!r}, [{browser!r}, *{flags!r}, *sys.argv[1:]])
"""
