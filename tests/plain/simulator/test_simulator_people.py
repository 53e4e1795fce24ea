"""Site users, guests, seats, roles, tags and PINs of doors."""

import re

import pytest

GUEST = {"alias": "Booking 42", "expires_at": "2026-12-01T10:00:00Z"}


def role(salto, code="site_user"):
    roles = salto.on_site("GET", "/roles").json()["items"]
    return next(role["id"] for role in roles if role["code"] == code)


def new_user(salto, **changes):
    body = {"first_name": "Ada", "last_name": "Vos", "role_ids": [role(salto)]}
    return salto.on_site("POST", "/users", body | changes)


def new_guest(salto):
    return salto.on_site("POST", "/guests", GUEST)


def test_user_without_email(salto):
    answer = new_user(salto)
    user = answer.json()
    assert answer.status_code == 201
    assert user["user"]["first_name"] == "Ada"
    assert user["user"]["id"] != user["id"]
    assert user["user"]["has_profile"] is False
    assert user["remote_access"] is False
    assert [r["code"] for r in user["roles"]] == ["site_user"]
    assert user["subscription_state"] == "subscribed"
    assert salto.sim("/outbox") == []
    assert salto.on_site("GET", f"/users/{user['id']}").json() == user


def test_user_with_email_is_invited(salto):
    user = new_user(salto, email="ada@vos.example").json()
    assert user["user"]["has_profile"] is True
    (message,) = salto.sim("/outbox")
    assert (message["kind"], message["to"]) == ("invitation", "ada@vos.example")


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"email": ""}, (400, "1100")),
        ({"email": "service@studio.example"}, (400, "1101")),
        ({"first_name": ""}, (400, "1100")),
        ({"role_ids": []}, (400, "1100")),
        ({"role_ids": ["x"]}, (404, "2202")),
        ({"tag_id": "x"}, (404, "2202")),
        ({"blocked": "no"}, (400, "1100")),
    ],
)
def test_refused_users(salto, change, expected):
    before = len(salto.state()["users"])
    assert salto.refusal(new_user(salto, **change))[:2] == expected
    assert len(salto.state()["users"]) == before


def test_known_person_keeps_the_platform_id_on_another_site(salto):
    first = new_user(salto, email="ada@vos.example").json()
    roles = salto.on_site("GET", "/roles", site=salto.harbour).json()["items"]
    body = {
        "first_name": "Ada",
        "last_name": "Vos",
        "email": "ada@vos.example",
        "role_ids": [roles[0]["id"]],
    }
    second = salto.on_site("POST", "/users", body, site=salto.harbour).json()
    assert second["user"]["id"] == first["user"]["id"]
    assert second["id"] != first["id"]


def test_change_and_delete(salto):
    path = f"/users/{new_user(salto).json()['id']}"
    changed = salto.on_site("PATCH", path, {"blocked": True, "alias": "AV"}).json()
    assert (changed["blocked"], changed["alias"]) == (True, "AV")
    assert changed["user"]["first_name"] == "Ada", "the rest stays"
    bad = salto.on_site("PATCH", path, {"alias": "X", "blocked": 1})
    assert salto.refusal(bad)[:2] == (400, "1100")
    assert salto.on_site("GET", path).json()["alias"] == "AV"
    assert salto.on_site("DELETE", path).status_code == 204
    assert salto.refusal(salto.on_site("GET", path))[:2] == (404, "2202")


def test_delete_of_an_invited_user_is_accepted(salto):
    user = new_user(salto, email="ada@vos.example").json()
    assert salto.on_site("DELETE", f"/users/{user['id']}").status_code == 202


def test_full_site_suspends_without_an_error(salto):
    taken = salto.get(f"/v1.2/sites/{salto.site}").json()["active_user_amount"]
    salto.sim(f"/sites/{salto.site}", {"subscribed_user_amount": taken + 1})
    first, second = new_guest(salto), new_guest(salto)
    assert second.status_code == 201
    assert first.json()["subscription_state"] == "subscribed"
    assert second.json()["subscription_state"] == "suspended"
    path = f"/users/{second.json()['id']}/subscription"
    wanted = {"state": "subscribed"}
    refused = salto.on_site("PATCH", path, wanted)
    assert salto.refusal(refused)[:2] == (400, "1101")
    salto.on_site("DELETE", f"/users/{first.json()['id']}")
    answer = salto.on_site("PATCH", path, wanted)
    assert answer.json()["subscription_state"] == "subscribed"
    wrong = salto.on_site("PATCH", path, {"subscription_state": "suspended"})
    assert salto.refusal(wrong)[:2] == (400, "1101")


def test_expiry_does_not_free_the_seat(salto):
    new_guest(salto)
    site = f"/v1.2/sites/{salto.site}"
    before = salto.get(site).json()["active_user_amount"]
    salto.sim("/tokens", {"lifetime_s": 10**8})
    salto._tokens.clear()
    salto.token()
    salto.advance(60 * 86400)
    assert salto.get(site).json()["active_user_amount"] == before


def test_guest_needs_use_pin_before_a_pin(salto):
    guest = new_guest(salto).json()
    assert [r["code"] for r in guest["roles"]] == ["site_guest"]
    assert (guest["alias"], guest["use_pin"]) == ("Booking 42", False)
    assert guest["expires_at"] == GUEST["expires_at"]
    path = f"/users/{guest['id']}"
    assert salto.refusal(salto.on_site("PUT", path + "/pin", {}))[:2] == (403, "2203")
    salto.on_site("PATCH", path, {"use_pin": True})
    first = salto.on_site("PUT", path + "/pin", {})
    assert re.fullmatch(r"[0-9]{6}", first.json())
    expiring = {"expiry_date": "2026-12-01T10:00:00Z"}
    second = salto.on_site("PUT", path + "/pin", expiring).json()
    state = next(u for u in salto.state()["users"] if u["id"] == guest["id"])
    assert state["pin"] == second, "the last one counts"
    bad = salto.on_site("PUT", path + "/pin", {"expiry_date": "soon"})
    assert salto.refusal(bad)[:2] == (400, "1100")


@pytest.mark.parametrize("missing", ["alias", "expires_at"])
def test_guest_needs_alias_and_expiry(salto, missing):
    body = {name: value for name, value in GUEST.items() if name != missing}
    answer = salto.on_site("POST", "/guests", body)
    assert salto.refusal(answer) == (400, "1100", f"The {missing} field is required.")


def test_new_user_may_take_a_minute_to_work(salto):
    salto.sim("/settings", {"roles_delay_s": 60})
    guest = new_guest(salto).json()
    path = f"/users/{guest['id']}"
    assert guest["roles"] == []
    use_pin = {"use_pin": True}
    assert salto.refusal(salto.on_site("PATCH", path, use_pin))[:2] == (404, "2202")
    assert salto.refusal(salto.on_site("PUT", path + "/pin", {}))[:2] == (403, "2203")
    salto.advance(61)
    assert salto.on_site("PATCH", path, use_pin).status_code == 200
    roles = salto.on_site("GET", path).json()["roles"]
    assert [r["code"] for r in roles] == ["site_guest"]


def test_tags_are_found_by_number_and_held_by_one(salto):
    options = {"$filter": "tag_number eq '01234570'"}
    (tag,) = salto.on_site("GET", "/tags", params=options).json()["items"]
    user = new_user(salto, tag_id=tag["id"]).json()
    assert user["user"]["tag_number"] == "01234570"
    again = new_user(salto, tag_id=tag["id"])
    assert salto.refusal(again)[:2] == (400, "1101")
    free = salto.on_site("PATCH", f"/users/{user['id']}", {"tag_id": None}).json()
    assert free["user"]["tag_number"] is None


def test_users_are_found_by_filter(salto):
    options = {"$filter": "user/email eq 'noor@studio.example'"}
    (user,) = salto.on_site("GET", "/users", params=options).json()["items"]
    assert user["user"]["tag_number"] == "01234568"


def test_owner_stays(salto):
    options = {"$filter": "user/email eq 'owner@studio.example'"}
    (owner,) = salto.on_site("GET", "/users", params=options).json()["items"]
    answer = salto.on_site("DELETE", f"/users/{owner['id']}")
    assert salto.refusal(answer)[:2] == (403, "2203")
