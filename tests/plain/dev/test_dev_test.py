"""dev/test: which tests its arguments mean, and how it counts."""

import pytest

from dev.lib import pytest_run, suites, tally

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="no"/></testcase>
<testcase classname="a" name="broken"><error message="no"/></testcase>
<testcase classname="a.Tours" name="tour"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("arguments", "options", "plain", "odoo"),
    [
        ([], [], ["tests/plain"], ["tests"]),
        (["-k", "otp"], ["-k", "otp"], ["tests/plain"], ["tests"]),
        (["tests/plain/dev"], [], ["tests/plain/dev"], []),
        (["tests/__init__.py", "-x"], ["-x"], [], ["tests/__init__.py"]),
        (
            ["tests/plain/dev/test_dev_test.py::test_x"],
            [],
            ["tests/plain/dev/test_dev_test.py::test_x"],
            [],
        ),
    ],
)
def test_arguments_select_suites(arguments, options, plain, odoo):
    selection = suites.Selection(arguments)
    assert selection.options == options
    assert selection.plain == plain
    assert selection.odoo == odoo
    assert selection.everything == (not arguments)


@pytest.mark.parametrize(
    ("arguments", "upgrade", "odoo"),
    [
        ([], True, ["tests"]),
        (["tests/upgrade"], True, []),
        (["tests/__init__.py"], False, ["tests/__init__.py"]),
    ],
)
def test_upgrade_is_a_suite_of_its_own(arguments, upgrade, odoo):
    selection = suites.Selection(arguments)
    assert (selection.upgrade, selection.odoo) == (upgrade, odoo)


def test_skipped_test_counts_as_failed_and_is_named(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")
    counted, skipped = tally.read(tmp_path / "report.xml")
    assert str(counted) == "1 passed, 3 failed"
    assert skipped == ["a.Tours.tour: no browser"]


def test_totals_add_up():
    assert str(tally.Tally(2, 1) + tally.PASSED + tally.FAILED) == "3 passed, 2 failed"


def run(tmp_path, script, may_be_empty=False):
    argv = ["sh", "-c", script, "--"]
    report = tmp_path / "report.xml"
    return pytest_run.run("some tests", argv, report, may_be_empty=may_be_empty)


def test_run_without_a_report_is_a_failure(tmp_path):
    assert run(tmp_path, "exit 4") == tally.FAILED


def test_run_that_ends_badly_without_a_failed_test_is_a_failure(tmp_path):
    (tmp_path / "good.xml").write_text("<t><testcase/></t>", encoding="utf-8")
    script = f"cp {tmp_path}/good.xml {tmp_path}/report.xml; exit 1"
    assert run(tmp_path, script) == tally.Tally(1, 1)


def test_empty_run_is_a_failure_unless_tests_were_selected(tmp_path):
    assert run(tmp_path, "exit 5") == tally.FAILED
    assert run(tmp_path, "exit 5", may_be_empty=True) == tally.Tally()
