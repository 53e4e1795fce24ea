"""Calls to Salto over a few connections at once, all database work on one thread.

A task is a generator. It yields a question, which is a callable that takes the client,
and gets the answer where it yielded, or the KsError raised there::

    group_id = yield lambda client: client.add_access_group(site_id, name)

Between two questions a task runs on the thread of whoever runs the errands, one task at
a time. So it may use the database freely, and needs no lock of its own.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

from ...connect import KsClient

# How long to wait for Salto's answer to one call.
CALL_SECONDS = 15.0
# How long a thread waits for the database at most: whoever runs the errands may have
# been stopped meanwhile.
PATIENCE_SECONDS = 60


class Errands:
    """Runs tasks for one site.

    :param identity: connect.Platform and connect.Account
    :param token_store: connect.TokenStore that lives in the database
    :param connections: how many calls may be under way at once
    :param heard: called for each call that ended, with its exception or None
    """

    def __init__(self, identity, token_store, connections, heard):
        self._connections = connections
        self._heard = heard
        self._desk = SimpleQueue()
        store = _DeskTokenStore(token_store, self._on_this_thread)
        self._client = KsClient(*identity, store=store, timeout=CALL_SECONDS)

    def run(self, tasks):
        """Run all ``tasks`` to their end.

        A task that fails stops no other one; the first failure is raised at the end.

        :param tasks: iterable of generators; taken from as connections get free
        """
        waiting, running, failures = iter(tasks), 0, []
        with ThreadPoolExecutor(self._connections) as pool:
            while True:
                while running < self._connections:
                    task = next(waiting, None)
                    if task is None:
                        break
                    running += self._go_on(pool, task, None, None, failures)
                if not running:
                    break
                work = self._desk.get()
                if callable(work):
                    work()
                else:
                    task, answer, error = work
                    self._heard(error)
                    running += self._go_on(pool, task, answer, error, failures) - 1
        if failures:
            raise failures[0]

    def ask(self, question):
        """Ask a single question, and return its answer."""
        answers = []

        def task():
            answers.append((yield question))

        self.run([task()])
        return answers[0]

    def _go_on(self, pool, task, answer, error, failures):
        """Let a task run up to its next question. Returns whether it has one."""
        try:
            question = task.throw(error) if error else task.send(answer)
        except StopIteration:
            return False
        except Exception as failure:  # pylint: disable=broad-except
            failures.append(failure)
            return False
        pool.submit(self._ask, task, question)
        return True

    def _ask(self, task, question):
        try:
            self._desk.put((task, question(self._client), None))
        except Exception as error:  # pylint: disable=broad-except
            self._desk.put((task, None, error))

    def _on_this_thread(self, work):
        """Called on another thread: have ``work`` done here, and return its result."""
        result = Future()

        def do():
            try:
                result.set_result(work())
            except Exception as error:  # pylint: disable=broad-except
                result.set_exception(error)

        self._desk.put(do)
        return result.result(PATIENCE_SECONDS)


class _DeskTokenStore:
    """The token, for threads that must not touch the database.

    It is remembered here. Only who has to renew it goes to the database, by way of the
    thread that may.
    """

    def __init__(self, store, on_database_thread):
        self._store = store
        self._do = on_database_thread
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
