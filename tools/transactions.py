"""Transactions of our own, apart from the request's.

What Salto did cannot be undone, while Odoo undoes and replays requests freely.
So every fact about the outside is committed by itself, at once. Records that the
request's own transaction wrote must not be written here: it would wait for itself.
"""

import time
from contextlib import contextmanager

from psycopg2.errors import UniqueViolation
from psycopg2.pool import PoolError

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# What of a caller's context counts for work of our own: the language and the time zone
# of who reads it, and that nobody asked in person. No defaults and no filters: those
# are anybody's wishes.
KEPT_CONTEXT = ("lang", "tz", "cron_id", "job_uuid")

_TRIES = 5
_COLLISIONS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)
RETRY_SECONDS = 0.1
# How long to wait for one of the process's database connections.
CONNECTION_SECONDS = 20.0
# If the request's own transaction holds what is to be written here, no waiting helps.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


class StillBusy(Exception):
    """Somebody else held the lock for longer than we were ready to wait."""


@contextmanager
def own_transaction(records):
    """Yield ``records`` as superuser in a transaction that commits on leaving.

    Of the caller's context only what our own work needs comes along.

    :raises psycopg2.errors.LockNotAvailable: another transaction holds what is to be
        written, most likely the one of the request itself
    """
    with new_cursor(records.env.registry) as cr:
        cr.execute(LOCK_TIMEOUT)
        env = records.env(cr=cr, su=True)
        yield records.with_env(env(context=_own_context(env)))


def _own_context(env):
    """Of the context of ``env`` what counts for work of our own."""
    context = {key: env.context[key] for key in KEPT_CONTEXT if key in env.context}
    companies = env.context.get("allowed_company_ids") or ()
    own = [one for one in companies if one in env.user._get_company_ids()]
    return {**context, "allowed_company_ids": own} if own else context


@contextmanager
def advisory_lock(env, *key, patience=30.0):
    """Hold a lock that all workers respect, until leaving or until we die.

    The lock belongs to a database connection: it needs no clean-up after a crash.
    Whoever reads the database *inside*, with a cursor opened inside, sees all that
    earlier holders committed.

    :param key: strings and numbers that name what is locked
    :param patience: seconds to wait for it
    :raises StillBusy: it was not to be had in that time
    """
    name = ":".join(str(part) for part in key)
    deadline = time.monotonic() + patience
    while True:
        with new_cursor(env.registry) as gate:
            gate.execute(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name]
            )
            if gate.fetchone()[0]:
                yield
                return
        # The connection is given back while waiting: many may wait at once.
        if time.monotonic() > deadline:
            raise StillBusy(name)
        time.sleep(RETRY_SECONDS)


def new_cursor(registry):
    """A cursor, as soon as a connection is free: no fact is lost for want of one.

    :raises PoolError: none was free for a long time
    """
    deadline = time.monotonic() + CONNECTION_SECONDS
    while True:
        try:
            return registry.cursor()
        except PoolError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)


@contextmanager
def skip_locked(env, kind, ids, most=None):
    """Yield those of ``ids`` that no other worker works on, and keep the others off.

    The claim ends with the block, or with the worker's life. What is read *inside*,
    with a cursor opened inside, is what earlier workers left behind.

    :param kind: what the ids are ids of, a string
    :param most: how many to take at most, the first ones; None: all
    """
    with new_cursor(env.registry) as gate:
        gate.execute(
            """
            SELECT id FROM unnest(%s::int[]) AS id
             WHERE pg_try_advisory_xact_lock(hashtextextended(%s || id, 0))
             LIMIT %s
            """,
            [list(ids), f"{kind}:", most],
        )
        yield [row[0] for row in gate.fetchall()]


def retried(records, work):
    """Do ``work(records)`` in a transaction of its own, again if it collides.

    :param work: takes the records as superuser; may run several times
    :return: what ``work`` returned
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with own_transaction(records) as own:
                return work(own)
        except _COLLISIONS:
            if attempt == _TRIES:
                raise
    return None
