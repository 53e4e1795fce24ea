"""dev/bench: how fast, and at the price of how many calls.

Each benchmark is a module of this package with a ``TITLE`` and a function
``measure(bench)``, which runs inside Odoo, on a database of its own, and yields the
lines of its table as tuples of texts; the first one is its head. ``bench`` is a
:class:`.inside.Bench`.
"""
