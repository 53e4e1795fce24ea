"""Decisions, in plain Python: no Odoo, no network, no clock of their own.

Facts go in as small frozen dataclasses, a decision comes out. The models load
the facts, ask here, and do what was decided.
"""
