"""dev/bench: what it offers, and how it shows what was measured."""

import subprocess
import sys
from pathlib import Path

import pytest

from dev.lib.bench import command

ROOT = Path(__file__).resolve().parents[3]


def test_help_names_the_benchmarks():
    asked = [sys.executable, ROOT / "dev/bench", "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    for name in command.BENCHMARKS:
        assert name in done.stdout
        assert (ROOT / "dev/lib/bench" / f"{name}.py").exists()


def test_unknown_benchmark_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["nothing"])
    assert "no benchmark nothing" in capsys.readouterr().err


def test_table_is_aligned(capsys):
    command._print([("bookings", "calls"), ("1,000", "0"), ("10", "12345")])
    assert capsys.readouterr().out.splitlines() == [
        "bookings  calls",
        "--------  -----",
        "1,000         0",
        "10        12345",
        "",
    ]
