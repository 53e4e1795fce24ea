"""Decisions, in plain Python: no Odoo, no network, no clock of their own.

Facts go in as small frozen dataclasses, a decision comes out. The models load
the facts, ask here, and do what was decided.

``access``
    what access a booking should give at Salto, and the steps to that;
    ``wall_clock``, ``moments``, ``patience``, ``brake``, ``seats`` and
    ``drift`` help with it
``activation``
    how an IQ is activated with its PIN, step by step, and which PIN holds
``doors``
    which locks a booking means (the mapping table)
``guest_changes``
    what a guest may change about a booking
``opening``
    who asks for a door, and may it open now; if not, why
``readiness``
    what an integration still lacks before it can open doors
``suggestions``
    which lock probably belongs to an object, by their names
"""
