"""A worker of its own process, which can be killed as a power cut would."""

import contextlib
import os
import signal
import time
import traceback

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from ...services.sync import calls


class WorkerProcess:
    """Runs passes over the access of all sites, one after the other, until killed.

    It is a copy of this process, because starting an Odoo would take longer than what
    it is needed for.

    :param call_seconds: how long it waits for an answer of Salto
    """

    def __init__(self, call_seconds):
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _work(call_seconds)
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
            finally:
                os._exit(1)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _work(call_seconds):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    calls.CALL_SECONDS = call_seconds
    # The connections belong to the process that we are a copy of.
    sql_db._Pool = sql_db._Pool_readonly = None
    registry = Registry(get_db_name())
    registry._db = sql_db.db_connect(get_db_name())
    parent = os.getppid()
    while os.getppid() == parent:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["salto.ks.integration"]._cron_sync_access()
        time.sleep(0.05)
