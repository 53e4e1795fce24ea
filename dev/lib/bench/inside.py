"""What happens inside Odoo: this file is given to its shell, which knows ``env``."""

import importlib
import json
import os
import sys
import time
import urllib.request
from pathlib import Path


def environ(name, url, results):
    """What tells this file, when it runs inside Odoo, what to do."""
    return {
        "SALTO_KS_BENCH": name,
        "SALTO_KS_BENCH_RESULTS": str(results),
        "SALTO_KS_BENCH_REPO": str(Path(__file__).resolve().parents[3]),
        "SALTO_KS_BENCH_URL": url,
    }


class Bench:
    """What a benchmark works with.

    :ivar env: Odoo's environment, as superuser
    :ivar url: the simulator's address
    """

    def __init__(self, env, url):
        self.env = env
        self.url = url

    def control(self, path, body=None):
        """Ask the simulator's control."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            return json.load(answer)

    def calls(self):
        """How many calls about a site have arrived so far."""
        requests = self.control("state")["requests"]
        return sum("/sites/" in request["path"] for request in requests)

    def measured(self, work):
        """Do ``work()``; returns (seconds, calls)."""
        before = self.calls()
        started = time.monotonic()
        work()
        seconds = time.monotonic() - started
        return seconds, self.calls() - before


def _main(env):
    sys.path.insert(0, os.environ["SALTO_KS_BENCH_REPO"])
    name = os.environ["SALTO_KS_BENCH"]
    benchmark = importlib.import_module(f"dev.lib.bench.{name}")
    url = os.environ["SALTO_KS_BENCH_URL"]
    tables = [[*table] for table in benchmark.measure(Bench(env, url))]
    results = Path(os.environ["SALTO_KS_BENCH_RESULTS"])
    results.write_text(json.dumps(tables), encoding="utf-8")


if "env" in globals():
    _main(globals()["env"])
