from dataclasses import replace
from datetime import datetime, timezone

import pytest

from rules.opening.opening import ODOO, STRANGER, Caller, Person, Role, identify

OURS, THEIRS = frozenset({1}), frozenset({2})
END = datetime(2026, 6, 1, 16, tzinfo=timezone.utc)

INTERNAL = Person(is_internal=True, company_ids=OURS, booking_company_id=1)
STAFF = replace(INTERNAL, has_right=True)
OUTSIDER = Person(is_on_portal=True, booking_company_id=1)
ATTENDEE = replace(OUTSIDER, attends=True)
HOLDER = replace(OUTSIDER, link_end=END)


@pytest.mark.parametrize("is_on_portal", [False, True])
def test_an_internal_user_is_judged_alike_on_every_road(is_on_portal):
    staff = replace(STAFF, is_on_portal=is_on_portal)
    assert identify(staff) == Caller(Role.STAFF, OURS)
    for more in ({}, {"attends": True}, {"link_end": END}):
        clerk = replace(INTERNAL, is_on_portal=is_on_portal, **more)
        assert identify(clerk) == STRANGER


def test_staff_work_in_their_own_companies():
    elsewhere = replace(STAFF, company_ids=THEIRS)
    assert identify(elsewhere) == Caller(Role.STAFF, THEIRS)
    assert not identify(elsewhere).works_for(1)


def test_who_attends_is_a_guest_of_the_bookings_company():
    assert identify(ATTENDEE) == Caller(Role.GUEST, OURS)


def test_who_holds_the_link_is_a_guest_until_it_ends():
    assert identify(HOLDER) == Caller(Role.GUEST, OURS, END)


def test_a_link_takes_nothing_from_who_attends():
    assert identify(replace(ATTENDEE, link_end=END)).until is None


@pytest.mark.parametrize("guest", [ATTENDEE, HOLDER])
def test_guests_come_by_the_portal_only(guest):
    assert identify(replace(guest, is_on_portal=False)) == STRANGER


@pytest.mark.parametrize("guest", [ATTENDEE, HOLDER])
def test_a_booking_of_no_company_has_no_guests(guest):
    assert identify(replace(guest, booking_company_id=None)) == STRANGER


def test_whoever_else_sees_the_page_is_a_stranger():
    assert identify(OUTSIDER) == STRANGER
    assert identify(Person()) == STRANGER


def test_odoo_itself_may_open_any_companys_doors():
    caller = identify(Person(is_odoo=True))
    assert caller == ODOO
    assert caller.works_for(1) and caller.works_for(2)
