"""What every developer command does around its work."""

import errno
import os
import sys

from . import processes, progress
from .trouble import Trouble


def run(work):
    """Do ``work()`` and end with its exit code. Whatever happens, no process that was
    started stays, and trouble is told in a sentence."""
    os.umask(0o022)
    processes.go_on_in_a_child()
    processes.stop_on_signals()
    try:
        code = work()
    except Trouble as error:
        progress.fail(f"\n{error}")
        code = 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        progress.fail(f"\nThe disk is full: {error}. Free some space and start again.")
        code = 1
    except processes.Stopped as stopped:
        progress.fail(f"\nStopped by {stopped}.")
        code = 130
    finally:
        processes.end_orphans()
    sys.exit(code)
