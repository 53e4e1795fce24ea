"""The audit trail: pages, filters, and what happens at doors without us."""


def entries(salto, headers=None, **params):
    path = f"/v1.1/sites/{salto.site}/entries"
    return salto.get(path, params=params, headers=headers or {})


def write(salto, count):
    lock = salto.lock("Studio 5")
    for minute in range(count):
        moment = f"2026-01-01T00:{minute:02d}:00Z"
        salto.sim("/entries", {"lock_id": lock, "utc_date_time": moment})


def test_pages_by_continuation_token(salto):
    write(salto, 45)
    ours = {"$filter": f"lock_id eq '{salto.lock('Studio 5')}'"}
    ours["$orderby"] = "utc_date_time desc"
    seen, token = [], ""
    while token is not None:
        page = entries(salto, {"CLP-Continuation-Token": token}, **ours).json()
        seen.append([entry["utc_date_time"] for entry in page["items"]])
        token = page["continuation_token"]
        write(salto, 1)  # what is written meanwhile does not shift the pages
    assert [len(page) for page in seen] == [20, 20, 5]
    moments = sum(seen, [])
    assert moments == sorted(moments, reverse=True)


def test_invalid_continuation_token(salto):
    answer = entries(salto, {"CLP-Continuation-Token": "nonsense"})
    assert salto.refusal(answer)[:2] == (400, "1102")


def test_top_order_and_time_filter(salto):
    write(salto, 5)
    since = {"$filter": "utc_date_time ge DateTime'2026-01-01T00:03:00Z'"}
    page = entries(salto, **since, **{"$orderby": "utc_date_time"}).json()
    assert page["items"][0]["utc_date_time"] == "2026-01-01T00:03:00Z"
    first = entries(salto, **{"$top": "2", "$orderby": "utc_date_time"}).json()
    assert len(first["items"]) == 2
    assert first["continuation_token"]
    for bad in ({"$orderby": "date"}, {"$filter": "utc_date_time ge DateTime'x'"}):
        assert salto.refusal(entries(salto, **bad))[:2] == (400, "1102")


def test_tag_at_a_door(salto):
    noor = next(
        user
        for user in salto.state()["users"]
        if user["email"] == "noor@studio.example" and user["site_id"] == salto.site
    )
    lock = salto.lock("Lounge")
    written = {"lock_id": lock, "user_id": noor["user_id"], "access_by": "tag"}
    entry = salto.sim("/entries", written)
    assert entry["user_first_name"] == "Noor"
    shown = salto.state()["locks"][lock]
    assert (shown["locked_state"], shown["unlocks"]) == ("unlocked", 0)
    assert shown["last_opened"]["by"] == "Noor Bakker"


def test_rejected_try_has_no_user_and_opens_nothing(salto):
    lock = salto.lock("Lounge")
    rejected = {
        "lock_id": lock,
        "event_category": "lock_rejected",
        "event_detail": "no_access",
        "access_by": "pin_code",
    }
    entry = salto.sim("/entries", rejected)
    assert entry["user_id"] is None
    assert salto.state()["locks"][lock]["locked_state"] == "locked"


def test_local_time_is_the_sites(salto):
    lock = salto.lock("Lounge")
    summer = {"lock_id": lock, "utc_date_time": "2026-07-01T12:00:00Z"}
    assert salto.sim("/entries", summer)["local_date_time"] == "2026-07-01T14:00:00"
