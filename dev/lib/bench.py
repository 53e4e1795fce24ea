"""dev/bench: the benchmarks, in an Odoo of their own, against the simulator."""

import argparse
import subprocess

from . import command, odoo_server, places, test_database, tools


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="dev/bench",
        description="Measure what costs time, side by side in one run. Only the ratios"
        " say something: the times are this machine's.",
    )
    parser.add_argument("names", nargs="*", help="only these, such as 'click'")
    names = parser.parse_args(arguments).names
    command.run(lambda: _run(names))


def _run(names):
    with test_database.opened(tools.find()) as odoo:
        what = f"Installing {places.MODULE}"
        odoo.once(["-i", places.MODULE], odoo.folder / "install.log", what)
        python = [odoo.tools.python, "-W", "ignore", "-m", "dev.lib.benchmarks"]
        return subprocess.run(
            [*python, odoo.database, *names],
            env=odoo_server.clean_environ(odoo.tools) | odoo.environ,
            cwd=places.REPO,
            check=False,
        ).returncode
