"""Access groups and site users, against the simulator."""

from datetime import datetime

import pytest

from connect import KsClient
from connect.errors import Forbidden, InvalidRequest, LostAnswer, NotFound

START, END = datetime(2026, 11, 21, 13, 45), datetime(2026, 11, 21, 16, 15)


def plain_role(client, door):
    roles = {role["code"]: role["id"] for role in client.roles(door.site_id)}
    return roles["site_user"]


def add_person(client, door, **values):
    return client.add_user(
        door.site_id,
        first_name="Maya",
        last_name="Jansen",
        role_ids=[plain_role(client, door)],
        **values,
    )


def test_a_group_from_nothing_to_gone(client: KsClient, door, simulator):
    site = door.site_id
    group = client.add_access_group(site, "Odoo_7")
    assert [one["id"] for one in client.access_groups(site, "Odoo_7")] == [group]
    assert client.access_groups(site, "Odoo_8") == []
    person = add_person(client, door, email="maya@guest.example")["user"]["id"]
    schedule = client.add_schedule(site, group, START, END)
    client.change_group_locks(site, group, add=[door.lock_id])
    client.change_group_users(site, group, add=[person])
    assert client.group_locks(site, group) == [door.lock_id]
    assert client.group_users(site, group) == [person]
    (there,) = client.group_schedules(site, group)
    assert there["id"] == schedule
    assert (there["start_date"], there["end_date"]) == (
        "2026-11-21T13:45:00",
        "2026-11-21T16:15:00",
    )
    assert there["monday"] and there["sunday"]
    client.change_schedule(site, group, schedule, START, END.replace(hour=18))
    client.change_group_locks(site, group, remove=[door.lock_id])
    client.change_group_users(site, group, remove=[person])
    (held,) = simulator.state()["access_groups"]
    assert (held["users"], held["locks"]) == ([], [])
    assert held["time_schedules"][0]["end_date"] == "2026-11-21T18:15:00"
    client.delete_schedule(site, group, schedule)
    client.delete_access_group(site, group)
    assert simulator.state()["access_groups"] == []
    with pytest.raises(NotFound):
        client.delete_access_group(site, group)
    with pytest.raises(NotFound):
        client.access_group(site, group)


def test_an_apostrophe_in_a_name_is_no_filter(client, door):
    group = client.add_access_group(door.site_id, "Noor's group")
    assert client.access_groups(door.site_id, "Noor's group")[0]["id"] == group


def test_aware_times_are_refused_before_they_leave(client, door):
    with pytest.raises(ValueError, match="naive"):
        client.add_schedule(door.site_id, "x", START.astimezone(), END)


def test_all_pages_are_read(client, door):
    names = {f"Odoo_{number}" for number in range(45)}
    for name in names:
        client.add_access_group(door.site_id, name)
    listed = client.access_groups(door.site_id)
    assert {one["customer_reference"] for one in listed} == names


def test_people_are_found_by_email_and_tag(client, door):
    (noor,) = client.find_users(door.site_id, email="noor@studio.example")
    assert client.find_users(door.site_id, tag_number="01234568") == [noor]
    assert client.find_users(door.site_id, email="nobody@studio.example") == []
    assert client.find_tag(door.site_id, "01234570")["tag_number"] == "01234570"
    assert client.find_tag(door.site_id, "99999999") is None


def test_a_person_is_added_changed_and_removed(client, door, simulator):
    tag = client.find_tag(door.site_id, "01234570")
    added = add_person(client, door, tag_id=tag["id"])
    assert added["subscription_state"] == "subscribed"
    assert added["id"] != added["user"]["id"]
    client.change_user(door.site_id, added["id"], toggle_manual_office_mode=True)
    client.set_subscription(door.site_id, added["id"], subscribed=False)
    now = client.user(door.site_id, added["id"])
    assert now["toggle_manual_office_mode"]
    assert now["subscription_state"] == "suspended"
    client.delete_user(door.site_id, added["id"])
    with pytest.raises(NotFound):
        client.user(door.site_id, added["id"])
    assert added["id"] not in {one["id"] for one in client.users(door.site_id)}


def test_a_full_site_says_suspended(client, door, simulator):
    simulator._control("POST", f"sites/{door.site_id}", {"subscribed_user_amount": 1})
    added = add_person(client, door, email="late@guest.example")
    assert added["subscription_state"] == "suspended"
    with pytest.raises(InvalidRequest):
        client.set_subscription(door.site_id, added["id"], subscribed=True)


def test_a_new_person_is_refused_for_a_minute(client, door, simulator):
    simulator.settings(roles_delay_s=60)
    group = client.add_access_group(door.site_id, "Odoo_7")
    added = add_person(client, door, email="new@guest.example")
    with pytest.raises((NotFound, Forbidden)):
        client.change_group_users(door.site_id, group, add=[added["user"]["id"]])
    simulator.clock(61)
    client.login()
    client.change_group_users(door.site_id, group, add=[added["user"]["id"]])


def test_a_change_is_sent_once(client, door, simulator):
    client.login()
    simulator.fault("POST", "*/access_groups", "reset_after")
    with pytest.raises(LostAnswer) as caught:
        client.add_access_group(door.site_id, "Odoo_7")
    assert caught.value.left and not caught.value.answered
    assert len(simulator.requests("POST", "*/access_groups")) == 1


def test_an_answer_without_an_id_is_a_lost_one(stub_client, stub):
    stub.answer = lambda request: (200, {})
    with pytest.raises(LostAnswer):
        stub_client.add_access_group("site", "Odoo_7")
    with pytest.raises(LostAnswer):
        stub_client.add_user("site", first_name="Maya")
