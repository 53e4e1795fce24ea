"""Work shared by several workers: each takes what nobody else has taken."""

from contextlib import contextmanager

import psycopg2

from .durable import durably, new_cursor

_TRIES = 5
_COLLISIONS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.UniqueViolation,
)


@contextmanager
def claimed(env, kind, ids, most=None):
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


def certainly(records, work):
    """Do ``work(records)`` in a transaction of its own, again if it collides.

    :param work: takes the records as superuser; may run several times
    :return: what ``work`` returned
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with durably(records) as own:
                return work(own)
        except _COLLISIONS:
            if attempt == _TRIES:
                raise
    return None
