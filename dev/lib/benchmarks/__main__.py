"""Runs inside Odoo's Python: ``python -m dev.lib.benchmarks DATABASE [NAMES…]``."""

import importlib
import os
import sys

from odoo.modules.registry import Registry
from odoo.tools import config

BENCHMARKS = ("click",)


def main(database, names):
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"There are these benchmarks: {', '.join(BENCHMARKS)}.")
    config.parse_config(["-c", os.environ["ODOO_RC"], "--log-level", "error"])
    registry = Registry(database)
    for name in names or BENCHMARKS:
        # Only now does Python know Odoo's addons.
        benchmark = importlib.import_module(f".{name}", __package__)
        for table in benchmark.run(registry):
            print(table, flush=True)


main(sys.argv[1], sys.argv[2:])
