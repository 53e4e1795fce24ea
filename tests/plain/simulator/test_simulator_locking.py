"""Opening doors: OTPs, rights, blocks, and what is left on record."""

from datetime import datetime, timezone

import pytest

from simulator.otp_check import otp_holds
from simulator.standing import stable_id

INVALID = (400, "3102", "Request execution failed with code: otp_invalid")
BLOCKED = (403, "3102", "Request execution failed with code: otp_blocked")
SERVICE = stable_id("user", "NL6254340082", "service@studio.example")
NO_OTP_FITS = "zzzzz"


def test_door_opens_once_and_locks_itself(salto):
    assert salto.open().status_code == 200
    lock = salto.state()["locks"][salto.lock("Studio 3")]
    assert (lock["unlocks"], lock["locked_state"]) == (1, "unlocked")
    assert lock["last_opened"]["by"] == "Studio Service"
    shown = salto.on_site("GET", f"/locks/{salto.lock('Studio 3')}").json()
    assert shown["locked_state"] == "unlocked"
    salto.advance(6)
    lock = salto.state()["locks"][salto.lock("Studio 3")]
    assert (lock["unlocks"], lock["locked_state"]) == (1, "locked")


def test_every_activated_iq_opens_with_its_own_pin(salto):
    upstairs = salto.otp("Hs4Wn8PvYc61JgEu", "0427")
    assert salto.open(upstairs, "Studio 7").status_code == 200
    assert salto.refusal(salto.open(upstairs, "Studio 3")) == INVALID


def test_check_knows_the_published_vectors():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    secret = "0123456789ABCDEF"
    assert otp_holds("f4d6f", secret, "1234", moment, 0, 0)
    assert otp_holds("a6432", secret, "0042", moment, 0, 0)
    assert not otp_holds("F4D6F", secret, "1234", moment, 0, 0), "lower case only"


def test_otp_holds_for_the_window_and_may_be_reused(salto):
    old = salto.otp(age_s=175)
    assert salto.open(old).status_code == 200
    assert salto.open(old).status_code == 200
    assert salto.refusal(salto.open(salto.otp(age_s=190))) == INVALID
    assert salto.open(salto.otp(age_s=-2)).status_code == 200, "a little ahead"
    assert salto.refusal(salto.open(salto.otp(age_s=-60))) == INVALID


def test_window_is_a_setting(salto):
    salto.sim("/settings", {"otp_window_s": 10, "otp_ahead_s": 120})
    assert salto.refusal(salto.open(salto.otp(age_s=20))) == INVALID
    assert salto.open(salto.otp(age_s=-60)).status_code == 200


def test_clock_that_is_wrong_by_minutes_breaks_every_opening(salto):
    salto.advance(600)
    assert salto.refusal(salto.open()) == INVALID
    assert salto.open(salto.otp(age_s=-600)).status_code == 200


@pytest.mark.parametrize("body", [{}, {"otp": ""}, {"otp": None}, {"otp": 12345}])
def test_missing_otp_is_not_found(salto, body):
    path = f"/locks/{salto.lock('Studio 3')}/locking"
    answer = salto.on_site("PATCH", path, {"locked_state": "unlocked"} | body)
    assert salto.refusal(answer) == (404, "2202", "Otp is invalid")


def test_commands_are_checked(salto):
    path = f"/locks/{salto.lock('Studio 3')}/locking"
    missing = salto.on_site("PATCH", path, {"otp": salto.otp()})
    assert salto.refusal(missing)[:2] == (400, "1100")
    assert salto.refusal(salto.open(state="ajar"))[:2] == (400, "1101")
    assert salto.unlocks() == 0


def test_five_wrong_otps_block_for_twenty_minutes(salto):
    for _ in range(5):
        assert salto.refusal(salto.open(NO_OTP_FITS)) == INVALID
    assert salto.refusal(salto.open()) == BLOCKED, "even with a right one"
    salto.advance(19 * 60)
    assert salto.refusal(salto.open(salto.otp(age_s=-19 * 60))) == BLOCKED
    salto.advance(20 * 60 + 1)
    assert salto.open(salto.otp(age_s=-20 * 60)).status_code == 200
    assert salto.unlocks() == 1


def test_commands_are_blocked_apart(salto):
    salto.sim("/settings", {"otp_wrong_limit": 2})
    for _ in range(2):
        salto.open(NO_OTP_FITS)
    assert salto.refusal(salto.open()) == BLOCKED
    path = f"/iqs/{salto.iq('IQ 01 Ground floor')}/pin"
    put = salto.on_site("PUT", path, {"otp": salto.otp(), "delta": "0000"})
    assert put.status_code == 204


def test_right_otp_starts_the_count_anew(salto):
    for _ in range(2):
        for _ in range(4):
            assert salto.refusal(salto.open(NO_OTP_FITS)) == INVALID
        assert salto.open().status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"remote_access": False},
        {"role": "site_guest"},
        {"blocked": True},
        {"subscription_state": "suspended"},
    ],
)
def test_missing_rights(salto, change):
    salto.sim(f"/users/{SERVICE}", change)
    assert salto.refusal(salto.open())[:2] == (403, "2203")
    assert salto.unlocks() == 0


def test_plain_user_may_not_open(salto):
    answer = salto.open(by="plain@studio.example")
    assert salto.refusal(answer)[:2] == (403, "2203")


def test_site_may_have_remote_opening_off(salto):
    salto.sim(f"/sites/{salto.site}", {"remote_opening": False})
    assert salto.refusal(salto.open())[:2] == (403, "2203")


def test_hardware_out_of_reach(salto):
    cellar = salto.open(lock="Bicycle cellar")
    assert salto.refusal(cellar) == (404, "2202", "Iq not found")
    salto.sim(f"/locks/{salto.lock('Studio 3')}", {"online": False})
    assert salto.refusal(salto.open())[1] == "3102"
    salto.sim(f"/iqs/{salto.iq('IQ 01 Ground floor')}", {"online": False})
    assert salto.refusal(salto.open(lock="Studio 4"))[1] == "3102"
    shown = salto.on_site("GET", f"/locks/{salto.lock('Studio 3')}").json()
    assert (shown["online"], shown["iq"]["is_online"]) == (False, False)


def test_unreachable_hardware_does_not_count_wrong_otps(salto):
    lock = f"/locks/{salto.lock('Studio 3')}"
    salto.sim(lock, {"online": False})
    for _ in range(6):
        salto.open(NO_OTP_FITS)
    salto.sim(lock, {"online": True})
    assert salto.open().status_code == 200


def test_office_mode_on_and_off(salto):
    lock = salto.lock("Studio 3")
    assert salto.open(state="office_mode").json()["locked_state"] == "office_mode"
    assert salto.open().status_code == 200
    salto.advance(6)
    assert salto.state()["locks"][lock]["locked_state"] == "office_mode"
    salto.open(salto.otp(age_s=-6), state="locked")
    lock = salto.state()["locks"][lock]
    assert (lock["locked_state"], lock["unlocks"]) == ("locked", 1)


def entries(salto, **params):
    return salto.on_site("GET", "/entries", version="v1.1", params=params).json()


LATEST = {"$top": "1", "$orderby": "utc_date_time desc"}


def test_remote_unlock_is_an_entry(salto):
    salto.open()
    (entry,) = entries(salto, **LATEST)["items"]
    me = salto.get("/v1.2/me").json()["id"]
    assert entry["lock_customer_reference"] == "Studio 3"
    assert (entry["event_category"], entry["access_by"]) == ("lock_opened", "remote")
    assert entry["user_id"] == me, "the platform id"
    assert entry["iq_id"] == salto.iq("IQ 01 Ground floor")


def test_refused_otp_leaves_no_entry(salto):
    before = len(entries(salto)["items"])
    salto.open(NO_OTP_FITS)
    assert len(entries(salto)["items"]) == before


def test_lock_shapes(salto):
    changes = {"battery_level": "critical", "privacy_mode": True}
    salto.sim(f"/locks/{salto.lock('Studio 3')}", changes)
    lock = salto.on_site("GET", f"/locks/{salto.lock('Studio 3')}").json()
    assert (lock["battery_level"], lock["privacy_mode"]) == ("critical", True)
    assert lock["iq"]["customer_reference"] == "IQ 01 Ground floor"
    assert lock["easy_office_mode_schedule"]["end_time"] == "23:59:59"
    assert "name" not in lock
