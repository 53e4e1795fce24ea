"""How many tests passed and failed, added up over everything that ran."""

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Tally:
    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


PASSED = Tally(passed=1)
FAILED = Tally(failed=1)


def read(report):
    """Count pytest's JUnit report ``report``.

    A skipped test is a failed one: Odoo skips a browser tour that cannot run.

    :return: the tally, and a line for each skipped test with its reason
    """
    tally, skipped = Tally(), []
    for case in ElementTree.parse(report).iter("testcase"):
        skip = case.find("skipped")
        if skip is not None:
            name = f"{case.get('classname')}.{case.get('name')}"
            skipped.append(f"{name}: {skip.get('message')}")
        bad = any(case.find(kind) is not None for kind in ("failure", "error"))
        tally += FAILED if bad or skip is not None else PASSED
    return tally, skipped
