"""Calls to one Salto site, several at a time, and what their answers tell about it; all
database work stays on one thread.

Work on a site is written as coroutines that await each call::

    group_id = await salto.add_access_group(name)

Calls are made on other threads. Between two calls a coroutine runs on the thread that
called ``run``, one coroutine at a time: it may use the database and needs no lock.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from odoo import fields

from ...connect import KsClient, errors
from ...rules.access.patience import OUTAGE_AFTER
from ...tools.token_store import VaultTokenStore

# These mean that the site cannot be worked with, not that one request was refused.
SILENCE = (
    errors.NotSent,
    errors.LostAnswer,
    errors.LoginRefused,
    errors.TokenRefused,
    errors.Unavailable,
    errors.ConfigurationError,
)
# These say nothing about what was asked for: the site is in trouble, or the way to it.
TROUBLE = (*SILENCE, errors.RateLimited)
# How long to leave a site alone that asks to be called less: unless it says how long
# itself, and never for longer than a person would believe.
PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 900
# How long to wait for Salto's answer to one call.
CALL_SECONDS = 15.0
# How long a thread waits for the database at most: the thread that uses it may have
# been stopped meanwhile.
PATIENCE_SECONDS = 60


def pause_end(seconds=None):
    """Until when to leave a site alone that asks to be called less; naive UTC.

    :param seconds: how long it asked for, if it said so
    """
    wait = min(seconds or PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
    return fields.Datetime.now() + timedelta(seconds=wait)


class SiteCalls:
    """Has the methods of connect.KsClient about one site, without their first parameter
    (the site's UUID), as coroutines.

    :param integration: salto.ks.integration; its ``connections`` says how many calls
        may be under way at once
    :ivar answered: whether Salto has answered as it should
    :ivar last_trouble: the last KsError that was the site's fault, or None
    :ivar paused_until: until when Salto asked Odoo to wait, naive UTC, or None
    :raises UserError: the site cannot be talked to
    """

    def __init__(self, integration):
        self.answered = False
        self.last_trouble = self.paused_until = None
        self._troubles_in_a_row = 0
        identity = integration._identity()
        self._site_uuid = integration._require_site()
        self._connections = integration.connections
        store = VaultTokenStore(integration.sudo(), identity[0])
        store = _LoopTokenStore(store, self._do_on_loop)
        self._client = KsClient(*identity, store=store, timeout=CALL_SECONDS)

    def run(self, coroutine):
        """Run a coroutine to its end, and return its result."""
        return asyncio.run(self._run(coroutine))

    async def _run(self, coroutine):
        self._loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self._connections) as self._threads:
            return await coroutine

    async def for_each(self, items, work):
        """Await ``work(item)`` for all items, as many at once as there are connections.

        One that fails stops no other; the first failure is raised at the end.

        :param items: iterable; an item is taken from it when work on it can begin
        """
        waiting, failures = iter(items), []

        async def work_on_next():
            for item in waiting:
                try:
                    await work(item)
                except Exception as failure:  # pylint: disable=broad-except
                    failures.append(failure)

        await asyncio.gather(*(work_on_next() for _ in range(self._connections)))
        if failures:
            raise failures[0]

    def __getattr__(self, name):
        return partial(self._call, getattr(self._client, name))

    async def _call(self, method, *args, **kwargs):
        call = partial(method, self._site_uuid, *args, **kwargs)
        try:
            answer = await self._loop.run_in_executor(self._threads, call)
        except Exception as error:
            self._hear(error)
            raise
        self._hear(None)
        return answer

    def _hear(self, error):
        """Take note of how one call ended."""
        if not isinstance(error, TROUBLE):
            self.answered = True
            self._troubles_in_a_row = 0
            return
        self.last_trouble = error
        self._troubles_in_a_row += 1
        if isinstance(error, errors.RateLimited) and error.retry_after:
            self.paused_until = pause_end(error.retry_after)

    @property
    def is_silent(self):
        """Whether it is no use to go on asking."""
        return self._troubles_in_a_row >= OUTAGE_AFTER

    @property
    def is_out_of_order(self):
        """Whether nothing new is to be asked: no use, or not wanted."""
        return self.is_silent or self.paused_until is not None

    def _do_on_loop(self, work):
        """Do ``work`` on the thread of ``run``, for another one that waits for it."""

        async def do():
            return work()

        done = asyncio.run_coroutine_threadsafe(do(), self._loop)
        return done.result(PATIENCE_SECONDS)


class _LoopTokenStore:
    """The token, for threads that must not touch the database.

    It is remembered here. Only who has to renew it goes to the database, by way of the
    thread that may.
    """

    def __init__(self, store, do_on_loop):
        self._store = store
        self._do = do_on_loop
        self._one_at_a_time = threading.Lock()
        self._token = None

    def load(self):
        if self._token is None:
            self._token = self._do(self._store.load)
        return self._token

    def save(self, token):
        self._do(lambda: self._store.save(token))
        self._token = token

    @contextmanager
    def exclusive(self):
        with self._one_at_a_time:
            gate = self._store.exclusive()
            self._do(gate.__enter__)
            try:
                # Another worker may have been faster.
                self._token = None
                yield self
            finally:
                self._do(lambda: gate.__exit__(None, None, None))
