"""The demo's bookings move to now, as seen by an Odoo that writes down the calls."""

from datetime import datetime

import pytest

from dev.lib import demo_now

BOOKINGS = {"demo_booking_now": 1, "demo_booking_tomorrow": 2, "demo_booking_gone": 3}


class Odoo:
    def __init__(self, starts):
        self.rows = [
            {"id": one, "start": start, "stop": start and start.replace("10:", "12:")}
            for one, start in starts.items()
        ]
        self.written = {}
        self.confirmed = []

    def call(self, model, method, *args, **kwargs):
        match model, method:
            case "ir.model.data", "search_read":
                if "stage_confirmed" in str(args):
                    return [{"res_id": 30}]
                return [{"name": n, "res_id": i} for n, i in BOOKINGS.items()]
            case _, "search":
                return [row["id"] for row in self.rows]
            case _, "read":
                return self.rows
            case _, "action_confirm":
                assert kwargs["context"]["dont_notify"]
                self.confirmed = args[0]
            case _, "write":
                ids = args[0] if isinstance(args[0], list) else [args[0]]
                for one in ids:
                    self.written.setdefault(one, {}).update(args[1])


def move(odoo, now):
    demo_now._move(odoo, datetime.fromisoformat(now))


def test_all_move_by_the_same_time_and_are_confirmed():
    odoo = Odoo({1: "2026-01-01 10:00:00", 2: "2026-01-02 10:00:00"})
    move(odoo, "2026-03-01 09:30:00")
    assert odoo.written == {
        1: {"start": "2026-03-01 09:00:00", "stage_id": 30},
        2: {"start": "2026-03-02 09:00:00", "stage_id": 30},
    }
    assert odoo.confirmed == [1, 2]


@pytest.mark.parametrize("now", ["2026-01-01 10:00:00", "2026-01-01 11:15:00"])
def test_nothing_moves_while_there_is_time_to_look_around(now):
    odoo = Odoo({1: "2026-01-01 10:00:00"})
    move(odoo, now)
    assert odoo.written == {}


@pytest.mark.parametrize("now", ["2026-01-01 09:59:00", "2026-01-01 11:16:00"])
def test_too_early_and_nearly_over_move(now):
    odoo = Odoo({1: "2026-01-01 10:00:00"})
    move(odoo, now)
    assert odoo.written


def test_a_demo_without_the_booking_is_left_alone():
    odoo = Odoo({2: "2026-01-02 10:00:00"})
    move(odoo, "2026-03-01 09:30:00")
    assert odoo.written == {}


def test_unscheduled_bookings_stay_so():
    odoo = Odoo({1: "2026-01-01 10:00:00", 2: False})
    move(odoo, "2026-03-01 09:30:00")
    assert 2 not in odoo.written


def test_access_is_given_and_given_again():
    found = {"salto.ks.integration": [1, 2], "salto.ks.access": [7, 8]}
    done = []

    class Access:
        def call(self, model, method, ids):
            if method == "search":
                return found[model]
            done.append((method, ids))

    demo_now._synchronize(Access())
    assert done == [
        ("action_sync_access", [1]),
        ("action_sync_access", [2]),
        ("action_synchronize", [7, 8]),
    ]


def test_a_demo_that_does_not_answer_is_told_and_survived(capsys):
    demo_now.refresh("http://127.0.0.1:9", "salto_demo")
    assert "stay where they are" in capsys.readouterr().out
