"""One run of pytest, counted by its own report."""

import signal

from . import processes, progress, tally

_NOTHING_SELECTED = 5


def run(what, argv, report, *, may_be_empty, **options):
    """Run pytest and count its tests.

    :param what: which tests, for a person
    :param argv: the command line up to the report
    :param report: where the report goes
    :param may_be_empty: whether it is fine that no test is selected
    """
    progress.say(f"\n== {what}")
    report.unlink(missing_ok=True)
    process = processes.spawn([*argv, f"--junit-xml={report}"], **options)
    try:
        code = process.wait()
    finally:
        processes.end(process, signal.SIGKILL)
    if code == _NOTHING_SELECTED:
        return tally.Tally() if may_be_empty else tally.FAILED
    if not report.exists():
        progress.say(f"{what}: pytest ended with {code} and left no report.")
        return tally.FAILED
    counted, skipped = tally.read(report)
    for line in skipped:
        progress.say(f"SKIPPED, which counts as failed: {line}")
    if code and not counted.failed:
        progress.say(f"{what}: pytest ended with {code}.")
        counted += tally.FAILED
    return counted
