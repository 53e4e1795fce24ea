"""dev/test: lint, plain tests, Odoo tests of this addon and of its host module."""

import argparse
import os
import re
import tempfile
from pathlib import Path

from . import (
    command,
    lint,
    node,
    odoo_server,
    places,
    progress,
    pytest_run,
    tally,
    test_database,
    tools,
    upgrade,
)
from .trouble import Trouble

_TESTS = places.REPO / "tests"
_PLAIN = _TESTS / "plain"
_UPGRADE = places.REPO / upgrade.TESTS
_HOST = "resource_booking"
# One worker a processor, each with a copy of the database. More would need more memory
# than a small machine has.
_MOST_WORKERS = 4
_COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) .*", re.MULTILINE)


def main(arguments):
    if {"-h", "--help"} & {*arguments}:
        _parser().print_help()
        return
    command.run(lambda: _run(Selection(arguments)))


def _parser():
    parser = argparse.ArgumentParser(
        prog="dev/test",
        description="Run lint, the plain tests, Odoo's tests of this addon with their"
        " browser tours, and the host module's own tests with this addon installed.",
        epilog="With arguments only the tests run that they select, such as"
        " 'dev/test -k otp' or 'dev/test tests/plain/connect'.",
    )
    parser.add_argument("ARGS", nargs="*", help="go to pytest")
    return parser


class Selection:
    """Which tests the arguments of the command mean.

    An argument that names something below ``tests`` belongs to the suite it is in, and
    then only the suites run that were named. All other arguments go to each of them."""

    def __init__(self, arguments):
        paths = [each for each in arguments if _TESTS in _lineage(each)]
        plain = [each for each in paths if _PLAIN in _lineage(each)]
        upgraded = [each for each in paths if _UPGRADE in _lineage(each)]
        odoo = [each for each in paths if each not in plain + upgraded]
        self.everything = not arguments
        self.options = [each for each in arguments if each not in paths]
        self.plain = plain if paths else ["tests/plain"]
        self.odoo = odoo if paths else ["tests"]
        self.upgrade = bool(upgraded) or not paths


def _lineage(argument):
    """The path that ``argument`` names, as ``path`` or ``path::test``, and all above
    it; nothing if there is no such path."""
    path = Path(os.path.abspath(places.REPO / argument.partition("::")[0]))
    return [path, *path.parents] if path.exists() else []


def _run(selection):
    fetched = tools.find()
    modules = node.find(fetched.env) if selection.everything else None
    with tempfile.TemporaryDirectory(prefix="salto-ks-test-") as name:
        folder = Path(name)
        suites = Suites(selection, fetched, folder)
        total = tally.Tally()
        if selection.everything:
            total += lint.run(fetched, modules, odoo_server.link_addon(folder))
        if selection.plain:
            total += suites.plain()
        if selection.odoo:
            total += suites.odoo()
        if selection.upgrade:
            total += suites.upgrade()
    if total == tally.Tally():
        progress.say("No test was selected.")
    progress.say(f"\n{total}")
    return 0 if total.passed and not total.failed else 1


class Suites:
    """The pytest runs.

    :param folder: for their reports and temporary files; its path is short, because
        the browser makes a socket in it
    """

    def __init__(self, selection, fetched, folder):
        self.selection = selection
        self.tools = fetched
        self.folder = folder

    def plain(self):
        return self._pytest(
            "plain tests",
            ["-c", "pyproject.toml", *self.selection.plain],
            odoo_server.clean_environ(self.tools),
        )

    def odoo(self):
        with test_database.opened(self.tools) as odoo:
            total = _install(odoo, ["-i", places.MODULE])
            if total.failed:
                return total
            paths = [odoo.addon / path for path in self.selection.odoo]
            for apart in (_PLAIN, _UPGRADE):
                paths.append(f"--ignore={odoo.addon / apart.relative_to(places.REPO)}")
            total += self._in_odoo("Odoo tests", odoo, odoo.addon, paths)
            if self.selection.everything:
                host = self._host()
                what = f"tests of {_HOST}, with this addon installed"
                total += self._in_odoo(what, odoo, host, [host / "tests"])
            return total

    def _in_odoo(self, what, odoo, addon, paths):
        # Not pyproject.toml, whose settings are for the plain tests. Paths go through
        # the folder of addons, by which pytest-odoo knows the addon's name.
        settings = ["-c", os.devnull, f"--rootdir={addon}", "-p", "no:cacheprovider"]
        settings += ["--odoo-http", "--odoo-log-level=warn", "--disable-warnings"]
        settings += [f"--odoo-database={odoo.database}"]
        return self._pytest(what, [*settings, *paths], odoo.environ_of_copies())

    def upgrade(self):
        return upgrade.run(self.tools, self.folder, _install, self._after_upgrade)

    def _after_upgrade(self, odoo, variables):
        odoo.environ.update(variables)
        path = odoo.addon / upgrade.TESTS / "test_upgrade.py"
        return self._in_odoo("tests of the upgrade", odoo, odoo.addon, [path])

    def _pytest(self, what, arguments, environ):
        python = [self.tools.python, "-m", "pytest", "-q", *self.selection.options]
        return pytest_run.run(
            what,
            [*python, *_side_by_side(arguments), *arguments],
            self.folder / "report.xml",
            may_be_empty=not self.selection.everything,
            env={**environ, "TMPDIR": str(self.folder)},
            cwd=places.REPO,
        )

    def _host(self):
        (site,) = self.tools.env.glob("lib/python3*/site-packages")
        return site / "odoo/addons" / _HOST


def _side_by_side(arguments):
    """Options that run test files at once, where there is more than one."""
    files = [each for each in arguments if str(each).partition("::")[0].endswith(".py")]
    workers = 0 if len(files) == 1 else min(os.cpu_count() or 1, _MOST_WORKERS)
    # In their own order: the longest files have few tests, and must not come last.
    return ["-n", str(workers), "--dist=loadfile", "--no-loadscope-reorder"]


def _install(odoo, arguments):
    """Install or upgrade this addon. It counts as a test: Odoo must not complain
    meanwhile.

    :param arguments: Odoo's
    """
    what = " ".join(["odoo", *arguments])
    log = odoo.folder / "install.log"
    progress.say(f"\n== {what}")
    try:
        odoo.once(arguments, log, what)
    except Trouble as error:
        progress.say(str(error))
        return tally.FAILED
    text = log.read_text(encoding="utf-8", errors="replace")
    complaints = [found.group() for found in _COMPLAINT.finditer(text)]
    for line in complaints:
        progress.say(line)
    return tally.FAILED if complaints else tally.PASSED
