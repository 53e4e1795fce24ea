"""Transactions of our own, apart from the request's.

What Salto did cannot be undone, while Odoo undoes and replays requests freely.
So every fact about the outside is committed by itself, at once. Records that the
request's own transaction wrote must not be written here: it would wait for itself.
"""

import time
from contextlib import contextmanager

RETRY_SECONDS = 0.1


class StillBusy(Exception):
    """Somebody else held the lock for longer than we were ready to wait."""


@contextmanager
def durably(records):
    """Yield ``records`` as superuser in a transaction that commits on leaving."""
    with records.env.registry.cursor() as cr:
        yield records.with_env(records.env(cr=cr, su=True))


@contextmanager
def exclusively(env, *key, patience=30.0):
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
        with env.registry.cursor() as gate:
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
