"""One user on one IQ: secret, PIN, activation, change of PIN, reset."""

import pytest

HARBOUR_IQ = ("IQ 01 Quay side", "NL6254340083")
OFFLINE = (400, "3102", "Request execution failed with code: iq_offline")


class FreshIq:
    """The IQ of the second site, which nobody has activated."""

    def __init__(self, salto):
        self.salto = salto
        self.id = salto.iq(*HARBOUR_IQ)
        self.secret = self.pin = None

    def call(self, method, path="", json=None, **options):
        path = f"/iqs/{self.id}{path}"
        return self.salto.on_site(
            method, path, json, site=self.salto.harbour, **options
        )

    def get_secret(self):
        answer = self.call("GET", "/secret")
        self.secret = answer.json()["secret"]

    def get_pin(self):
        assert self.call("GET", "/pin").status_code == 204
        self.pin = self.salto.sim("/outbox")[-1]["pin"]

    def put_pin(self, delta="0000", pin=None):
        otp = self.salto.otp(self.secret, pin or self.pin)
        return self.call("PUT", "/pin", {"otp": otp, "delta": delta})

    def activate(self, delta="0000"):
        self.get_secret()
        self.get_pin()
        assert self.put_pin(delta).status_code == 204

    def open(self, pin=None):
        lock = self.salto.lock("Quay entrance", "NL6254340083")
        otp = self.salto.otp(self.secret, pin or self.pin)
        body = {"locked_state": "unlocked", "otp": otp}
        path = f"/locks/{lock}/locking"
        return self.salto.on_site("PATCH", path, body, site=self.salto.harbour)

    def rows(self):
        answer = self.salto.get(f"/v1.2/me/{self.salto.harbour}/activated_iqs")
        return [(row["iq_id"], row["activated"]) for row in answer.json()["items"]]


@pytest.fixture
def iq(salto):
    return FreshIq(salto)


def test_from_nothing_to_an_open_door(salto, iq):
    assert iq.rows() == []
    iq.get_secret()
    assert len(iq.secret) == 16
    assert iq.rows() == [(iq.id, False)]
    iq.get_pin()
    assert len(iq.pin) == 4
    refused = (400, "3102", "Request execution failed with code: pin_not_changed")
    assert salto.refusal(iq.open()) == refused
    assert iq.put_pin().status_code == 204
    assert iq.rows() == [(iq.id, True)]
    assert iq.open().status_code == 200
    assert iq.put_pin().status_code == 204, "delta 0000 goes on to test an OTP"


def test_secret_is_given_once(salto, iq):
    iq.get_secret()
    refused = (403, "2203", "Cannot get first secret for an already activated Iq.")
    assert salto.refusal(iq.call("GET", "/secret")) == refused


def test_standing_activations_are_done(salto):
    path = f"/iqs/{salto.iq('IQ 01 Ground floor')}"
    secret = salto.on_site("GET", path + "/secret")
    assert salto.refusal(secret)[:2] == (403, "2203")
    pin = salto.on_site("GET", path + "/pin")
    refused = (403, "3102", "Request execution failed with code: command_forbidden")
    assert salto.refusal(pin) == refused
    rows = salto.get(f"/v1.2/me/{salto.site}/activated_iqs").json()["items"]
    assert [row["activated"] for row in rows] == [True, True, True]
    assert all(row["activation_date"].endswith("Z") for row in rows)


def test_secret_and_pin_are_each_users_own(salto, iq):
    iq.activate()
    plain = iq.call("GET", "/secret", by="plain@studio.example")
    assert plain.json()["secret"] != iq.secret


@pytest.mark.parametrize(
    "by_email, channel, to",
    [(False, "sms", "+31 6 0000 0002"), (True, "email", "service@studio.example")],
)
def test_pin_comes_as_asked(salto, iq, by_email, channel, to):
    params = {"send_email": "true"} if by_email else {}
    answer = iq.call("GET", "/pin", params=params)
    assert (answer.status_code, answer.content) == (204, b"")
    (message,) = salto.sim("/outbox")
    assert (message["channel"], message["to"]) == (channel, to)
    assert message["pin"] in message["text"]
    iq.call("GET", "/pin")
    assert salto.sim("/outbox")[1]["pin"] == message["pin"], "the same until put"


def test_pin_delivery_by_email_and_in_the_answer(salto, iq):
    salto.sim("/settings", {"pin_delivery": "email"})
    iq.call("GET", "/pin")
    assert salto.sim("/outbox")[0]["channel"] == "email"
    salto.sim("/settings", {"pin_delivery": "response"})
    answer = iq.call("GET", "/pin")
    assert answer.json() == {"pin": salto.sim("/outbox")[0]["pin"]}


def changed(pin, step, rule):
    if rule == "digits":
        return "".join(
            str((int(p) - int(s)) % 10) for p, s in zip(pin, step, strict=True)
        )
    return f"{(int(pin) + int(step)) % 10000:04d}"


@pytest.mark.parametrize("rule", ["numeric", "digits"])
def test_real_delta_changes_the_pin(salto, iq, rule):
    salto.sim("/settings", {"delta_rule": rule})
    iq.activate(delta="9751")
    assert salto.refusal(iq.open())[1] == "3102", "the old PIN is gone"
    new = changed(iq.pin, "9751", rule)
    assert iq.open(new).status_code == 200
    assert iq.put_pin(pin=new).status_code == 204


def test_cloud_and_iq_may_disagree_about_a_changed_pin(salto, iq):
    salto.sim("/settings", {"delta_rule": "disagree"})
    iq.activate(delta="9751")
    new = changed(iq.pin, "9751", "numeric")
    assert iq.put_pin(pin=new).status_code == 204, "the cloud believes the new PIN"
    assert salto.refusal(iq.open(new))[2].endswith("otp_invalid")
    assert iq.open().status_code == 200, "the door knows the old one"


def test_disagreement_needs_a_real_delta(salto, iq):
    salto.sim("/settings", {"delta_rule": "disagree"})
    iq.activate()
    assert iq.open().status_code == 200


@pytest.mark.parametrize(
    "body, expected",
    [
        ({"delta": "0000"}, (400, "1100", "The otp field is required.")),
        ({"otp": "0f0f0"}, (400, "1100", "The delta field is required.")),
        (
            {"otp": "0f0f0", "delta": "1"},
            (400, "1101", "The delta must have four digits."),
        ),
        (
            {"otp": "wrong", "delta": "0000"},
            (400, "3102", "Request execution failed with code: otp_invalid"),
        ),
    ],
)
def test_refused_pins(salto, iq, body, expected):
    iq.get_secret()
    iq.get_pin()
    assert salto.refusal(iq.call("PUT", "/pin", body)) == expected
    assert iq.rows() == [(iq.id, False)]


def test_phone_app_rotates_the_secret(salto, iq):
    iq.activate()
    salto.sim(f"/iqs/{iq.id}", {"rotate_secret": True})
    assert salto.refusal(iq.open())[2].endswith("otp_invalid")
    assert iq.rows() == [(iq.id, True)], "nothing shows it from outside"


def test_owner_resets_the_pins_and_all_activate_again(salto, iq):
    iq.activate()
    salto.sim(f"/iqs/{iq.id}", {"reset_pins": True})
    assert iq.rows() == []
    iq.activate()
    assert iq.open().status_code == 200


def test_reset_by_api_needs_an_otp(salto, iq):
    iq.activate()
    me = salto.get("/v1.2/me").json()["id"]
    answer = iq.call("DELETE", f"/pin/{me}", {})
    assert salto.refusal(answer) == (400, "1100", "The otp field is required.")
    answer = iq.call("DELETE", f"/pin/{me}", {"otp": "wrong"})
    assert salto.refusal(answer)[1] == "3102"
    otp = salto.otp(iq.secret, iq.pin)
    assert iq.call("DELETE", f"/pin/{me}", {"otp": otp}).status_code == 204
    assert iq.rows() == []


def test_only_admins_reset_others(salto, iq):
    me = salto.get("/v1.2/me").json()["id"]
    body = {"otp": "wrong"}
    answer = iq.call("DELETE", f"/pin/{me}", body, by="plain@studio.example")
    assert salto.refusal(answer)[:2] == (403, "2203")


def test_iq_that_was_reset_must_be_restored(salto, iq):
    iq.activate()
    salto.sim(f"/iqs/{iq.id}", {"restore_required": True})
    shown = iq.call("GET").json()
    assert shown["restore_required"] is True
    assert shown["reset_date"] is not None
    assert salto.refusal(iq.open())[1] == "3102"
    plain = iq.call("POST", "/restore", by="plain@studio.example")
    assert salto.refusal(plain)[:2] == (403, "2203")
    assert iq.call("POST", "/restore").status_code == 204
    assert salto.refusal(iq.call("POST", "/restore"))[:2] == (400, "1101")
    iq.activate()
    assert iq.open().status_code == 200


def test_reset_that_leaves_the_activations_alone(salto, iq):
    salto.sim("/settings", {"reset_ends_activations": False})
    iq.activate()
    salto.sim(f"/iqs/{iq.id}", {"restore_required": True})
    assert iq.call("POST", "/restore").status_code == 204
    assert iq.open().status_code == 200


def test_offline_iq_takes_no_commands(salto, iq):
    iq.activate()
    salto.sim(f"/iqs/{iq.id}", {"online": False})
    assert iq.call("GET").json()["online"] is False
    for answer in (iq.open(), iq.put_pin(), iq.call("GET", "/pin")):
        assert salto.refusal(answer) == OFFLINE
    salto.sim(f"/iqs/{iq.id}", {"online": True})
    assert iq.open().status_code == 200
