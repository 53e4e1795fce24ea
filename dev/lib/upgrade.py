"""The upgrade, on a database that the version before has made and worked with."""

import contextlib
import subprocess

from . import places, progress, simulator, tally, test_database

# The commit of 19.0.1.0.0.
BEFORE = "0b9ca2a"
TESTS = "tests/upgrade"
_FACTS = "SALTO_KS_UPGRADE_FACTS"


def run(tools, folder, install, test):
    """Let the version before make a database, upgrade it, and run the tests on it.

    :param folder: for temporary files
    :param install: called with the Odoo server and its arguments; returns a Tally
    :param test: called with the server and variables; runs the tests of the upgrade
        and returns a Tally
    """
    before = folder / "before"
    if not _extract(before):
        progress.say(
            f"\nNo test of the upgrade: this checkout's history lacks {BEFORE}."
        )
        return tally.Tally()
    with (
        test_database.opened(tools) as odoo,
        simulator.running(tools, odoo.folder) as url,
    ):
        facts = odoo.folder / "facts.json"
        variables = simulator.environ(url) | {_FACTS: str(facts)}
        with _addon_is(odoo, before):
            odoo.once(["-i", places.MODULE], odoo.folder / "before.log", "Version 1.0")
            script, log = places.REPO / TESTS / "version_before.py", odoo.folder / "log"
            odoo.run_script(script, log, "The version before", facts, variables)
        total = install(odoo, ["-u", places.MODULE])
        return total if total.failed else total + test(odoo, variables)


def _extract(folder):
    """Have the version before in ``folder``; False where the history lacks it."""
    folder.mkdir()
    git = ["git", "-C", str(places.REPO), "archive", BEFORE]
    with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
        archive = subprocess.run(git, capture_output=True, check=True)
        unpack = ["tar", "-x", "-C", str(folder)]
        subprocess.run(unpack, input=archive.stdout, check=True)
        return True
    return False


@contextlib.contextmanager
def _addon_is(odoo, folder):
    """Meanwhile the addon is another checkout of it."""
    try:
        odoo.addon.unlink()
        odoo.addon.symlink_to(folder)
        yield
    finally:
        odoo.addon.unlink()
        odoo.addon.symlink_to(places.REPO)
