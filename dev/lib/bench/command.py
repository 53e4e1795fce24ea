"""The command: a database, a simulator, and one Odoo for each benchmark."""

import argparse
import json
import tempfile
from pathlib import Path

from .. import (
    command,
    places,
    progress,
    simulator,
    test_database,
    tools,
)
from . import inside

BENCHMARKS = ("click", "access", "board")
_LATENCY_MS = 50


def main(arguments):
    chosen = _options(arguments)
    command.run(lambda: _run(chosen))


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog="dev/bench",
        description="Measure against the simulated Salto KS, on a database that is"
        " thrown away afterwards, and print tables.",
    )
    parser.add_argument(
        "benchmark", nargs="*", help=f"which ones: {', '.join(BENCHMARKS)} (all)"
    )
    parser.add_argument(
        "--latency-ms",
        type=int,
        default=_LATENCY_MS,
        help="how long Salto takes for each answer (%(default)s)",
    )
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.benchmark) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    return chosen


def _run(chosen):
    fetched = tools.find()
    with test_database.opened(fetched) as odoo:
        with progress.step(f"installing {places.MODULE}"):
            log = odoo.folder / "install.log"
            odoo.once(["-i", places.MODULE], log, f"Installing {places.MODULE}")
        for name in chosen.benchmark or BENCHMARKS:
            with simulator.running(fetched, odoo.folder, chosen.latency_ms) as url:
                _measure(name, odoo, url, chosen.latency_ms)
    return 0


def _measure(name, odoo, url, latency_ms):
    """Run one benchmark inside Odoo, and print its table."""
    progress.say(f"\n== {name}, Salto answers after {latency_ms} ms")
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        log = odoo.folder / f"bench-{name}.log"
        variables = simulator.environ(url) | inside.environ(name, url, results)
        what = f"The benchmark {name}"
        odoo.run_script(inside.__file__, log, what, results, variables)
        for table in json.loads(results.read_text(encoding="utf-8")):
            _print(table)


def _print(lines):
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = zip(line, widths, strict=True)
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(cells)
        )
        progress.say("  ".join([first, *others]).rstrip())
        if not number:
            progress.say("  ".join("-" * width for width in widths))
    progress.say("")
