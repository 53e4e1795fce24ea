"""Access groups: members, locks, time schedules."""

import pytest

ALWAYS = {
    day: True
    for day in (
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    )
} | {"start_time": "00:00:00", "end_time": "23:59:59"}
STAY = ALWAYS | {
    "start_date": "2026-11-21T13:45:00",
    "end_date": "2026-11-21T16:15:00",
}


@pytest.fixture
def group(salto):
    answer = salto.on_site("POST", "/access_groups", {"customer_reference": "Odoo_7"})
    assert answer.status_code == 200
    return f"/access_groups/{answer.json()['id']}"


@pytest.fixture
def guest(salto):
    body = {"alias": "Booking 7", "expires_at": "2026-12-01T10:00:00Z"}
    return salto.on_site("POST", "/guests", body).json()


def held(salto):
    (group,) = salto.state()["access_groups"]
    return group


def test_make_find_rename_delete(salto, group):
    by_name = {"$filter": "customer_reference eq 'Odoo_7'"}
    found = salto.on_site("GET", "/access_groups", params=by_name).json()["items"]
    assert [f"/access_groups/{g['id']}" for g in found] == [group]
    salto.on_site("PATCH", group, {"customer_reference": "Odoo_8"})
    assert salto.on_site("GET", group).json()["customer_reference"] == "Odoo_8"
    assert salto.on_site("DELETE", group).status_code == 204
    assert salto.refusal(salto.on_site("GET", group))[:2] == (404, "2202")
    assert salto.state()["access_groups"] == []


def test_name_is_needed_but_not_unique(salto, group):
    nameless = salto.on_site("POST", "/access_groups", {})
    assert salto.refusal(nameless)[:2] == (400, "1100")
    salto.on_site("POST", "/access_groups", {"customer_reference": "Odoo_7"})
    names = [g["customer_reference"] for g in salto.state()["access_groups"]]
    assert names == ["Odoo_7", "Odoo_7"]


def test_members_are_platform_users(salto, group, guest):
    wrong = salto.on_site("POST", group + "/users", {"user_id": guest["id"]})
    assert salto.refusal(wrong) == (404, "2202", "User not found")
    platform_id = guest["user"]["id"]
    right = salto.on_site("POST", group + "/users", {"user_id": platform_id})
    assert right.status_code == 200
    assert held(salto)["users"] == [platform_id]
    listed = salto.on_site("GET", group + "/users").json()["items"]
    assert [user["id"] for user in listed] == [platform_id]
    gone = f"{group}/users/{platform_id}"
    assert salto.on_site("DELETE", gone).status_code == 204
    assert salto.refusal(salto.on_site("DELETE", gone))[:2] == (404, "2202")


def test_members_by_patch_all_or_nothing(salto, group, guest):
    ada, noor = guest["user"]["id"], salto.get("/v1.2/me").json()["id"]

    def patch(**lists):
        return salto.on_site("PATCH", group + "/users", lists)

    assert patch(add_ids=[ada, noor], remove_ids=[]).status_code == 204
    assert patch(add_ids=[ada], remove_ids=[noor]).status_code == 204
    assert held(salto)["users"] == [ada]
    assert salto.refusal(patch(add_ids=[noor, guest["id"]]))[:2] == (404, "2202")
    assert held(salto)["users"] == [ada]
    assert salto.refusal(patch(add_ids="x"))[:2] == (400, "1100")


def test_new_member_may_be_unknown_for_a_minute(salto, group):
    salto.sim("/settings", {"roles_delay_s": 60})
    body = {"alias": "Booking 7", "expires_at": "2026-12-01T10:00:00Z"}
    member = {"user_id": salto.on_site("POST", "/guests", body).json()["user"]["id"]}
    early = salto.on_site("POST", group + "/users", member)
    assert salto.refusal(early)[:2] == (404, "2202")
    salto.advance(61)
    assert salto.on_site("POST", group + "/users", member).status_code == 200


def test_deleted_user_leaves_the_groups(salto, group, guest):
    salto.on_site("POST", group + "/users", {"user_id": guest["user"]["id"]})
    salto.on_site("DELETE", f"/users/{guest['id']}")
    assert held(salto)["users"] == []


def test_locks(salto, group):
    three, four = salto.lock("Studio 3"), salto.lock("Studio 4")
    added = salto.on_site("POST", group + "/locks", {"lock_id": three})
    assert added.status_code == 200
    changes = {"add_ids": [four], "remove_ids": [three]}
    assert salto.on_site("PATCH", group + "/locks", changes).status_code == 204
    assert held(salto)["locks"] == [four]
    listed = salto.on_site("GET", group + "/locks").json()["items"]
    assert [lock["customer_reference"] for lock in listed] == ["Studio 4"]
    quay = {"lock_id": salto.lock("Quay entrance", "NL6254340083")}
    elsewhere = salto.on_site("POST", group + "/locks", quay)
    assert salto.refusal(elsewhere) == (404, "2202", "Lock not found")
    assert salto.on_site("DELETE", f"{group}/locks/{four}").status_code == 204
    again = salto.on_site("DELETE", f"{group}/locks/{four}")
    assert salto.refusal(again)[:2] == (404, "2202")


def schedule(salto, method, path, json=None):
    return salto.on_site(method, path, json, version="v1.1")


def test_schedules_live_on_v11_only(salto, group):
    path = group + "/time_schedules"
    assert salto.on_site("POST", path, STAY).status_code == 405
    made = schedule(salto, "POST", path, STAY)
    assert made.status_code == 200
    assert made.json() == STAY | {"id": made.json()["id"]}
    assert schedule(salto, "GET", path).json()["items"] == [made.json()]
    assert held(salto)["time_schedules"] == [made.json()]
    one = f"{path}/{made.json()['id']}"
    later = {"end_date": "2026-11-21T18:15:00"}
    changed = schedule(salto, "PATCH", one, later).json()
    assert changed == made.json() | later
    assert schedule(salto, "GET", one).json() == changed
    assert schedule(salto, "DELETE", one).status_code == 204
    assert salto.refusal(schedule(salto, "GET", one))[:2] == (404, "2202")


@pytest.mark.parametrize(
    "change, expected",
    [
        (dict.fromkeys(list(ALWAYS)[:7], False), (400, "1101")),
        ({"start_time": None}, (400, "1100")),
        ({"end_time": "late"}, (400, "1100")),
        ({"start_date": "2026-13-01T00:00:00"}, (400, "1100")),
        ({"monday": "yes"}, (400, "1100")),
        ({"end_date": "2026-11-21T13:00:00"}, (400, "1101")),
    ],
)
def test_refused_schedules(salto, group, change, expected):
    path = group + "/time_schedules"
    assert salto.refusal(schedule(salto, "POST", path, STAY | change))[:2] == expected
    assert held(salto)["time_schedules"] == []


def test_no_day_in_the_vendors_words(salto, group):
    days = {"days": ["monday"], "start_time": "00:00", "end_time": "23:59"}
    answer = schedule(salto, "POST", group + "/time_schedules", days)
    assert salto.refusal(answer)[2] == "At least one day should be selected"


def test_dates_are_wall_clock_whatever_zone_they_name(salto, group):
    body = STAY | {"start_date": "2026-11-21T13:45:00Z", "end_time": "18:00"}
    made = schedule(salto, "POST", group + "/time_schedules", body).json()
    assert made["start_date"] == "2026-11-21T13:45:00"
    assert made["end_time"] == "18:00:59", "an end to the minute comes back so"
