"""What holds for all of the Connect API: ids, versions, lists, errors."""

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/v1.2/sites/NL6254340082",
        "/v1.2/sites/NL6254340082/iqs",
        "/v1.2/me/NL6254340082/activated_iqs",
        "/v1.2/sites/{site}/locks/Studio",
        "/v1.2/sites/{{{site}}}",
    ],
)
def test_a_name_where_a_uuid_belongs(salto, path):
    answer = salto.get(path.format(site=salto.site))
    assert salto.refusal(answer)[:2] == (400, "1100")


@pytest.mark.parametrize("what", ["", "/locks/{}", "/iqs/{}", "/users/{}"])
def test_unknown_ids(salto, what):
    stranger = "11111111-2222-3333-4444-555555555555"
    if what:
        answer = salto.on_site("GET", what.format(stranger))
    else:
        answer = salto.get(f"/v1.2/sites/{stranger}")
    assert salto.refusal(answer)[:2] == (404, "2202")


def test_things_of_another_site_are_not_here(salto):
    quay = salto.lock("Quay entrance", "NL6254340083")
    answer = salto.on_site("GET", f"/locks/{quay}")
    assert salto.refusal(answer) == (404, "2202", "Lock not found")


def test_versions(salto):
    for version in ("v1.1", "v1.2"):
        assert salto.on_site("GET", "/locks", version=version).status_code == 200
    assert salto.on_site("GET", "/entries", version="v1.1").status_code == 200
    assert salto.on_site("GET", "/entries", version="v1.2").status_code == 405
    assert salto.get("/v2/sites").status_code == 404
    assert salto.call("DELETE", "/v1.2/sites").status_code == 405


def test_site_is_resolved_by_its_code(salto):
    found = salto.get("/v1.1/sites", params={"$filter": "site_uid eq 'NL6254340082'"})
    (site,) = found.json()["items"]
    assert site["id"] == salto.site
    assert site["customer_reference"] == "Studio House"
    assert site["time_zone"] == "Europe/Amsterdam"
    assert site["active_iq_amount"] == 3
    assert site["owner"]["email"] == "owner@studio.example"
    nobody = salto.get("/v1.1/sites", params={"$filter": "site_uid eq 'NL0'"})
    assert nobody.json() == {"items": [], "next_page_link": None, "count": None}


def test_site_as_big_as_wanted(salto):
    site = f"/sites/{salto.harbour}"
    salto.sim(site, {"iqs": 30, "locks": 400})
    state = salto.state()
    iqs = [key for key, iq in state["iqs"].items() if iq["site_id"] == salto.harbour]
    carried = [lock["iq_id"] for lock in state["locks"].values()]
    assert len(iqs) == 30
    assert sum(carried.count(iq) for iq in iqs) == 400
    assert max(carried.count(iq) for iq in iqs) <= 16
    salto.sim(site, {"iqs": 30, "locks": 400})
    assert salto.state()["locks"] == state["locks"]
    refused = salto.session.post(f"{salto.url}/_sim{site}", json={"locks": 481})
    assert (refused.status_code, "at most 16" in refused.text) == (400, True)
    assert salto.state()["locks"] == state["locks"]


def follow(salto, path, **params):
    """All pages of a list: the sizes, the items."""
    sizes, items = [], []
    answer = salto.get(path, params=params)
    while True:
        page = answer.json()
        sizes.append(len(page["items"]))
        items += page["items"]
        link = page["next_page_link"]
        if not link:
            return sizes, items
        assert link.startswith(salto.url + path)
        answer = salto.get(link.removeprefix(salto.url))


def test_lists_have_pages_of_twenty(salto):
    sizes, locks = follow(salto, f"/v1.2/sites/{salto.site}/locks")
    assert sizes == [20, 20, 6]
    assert len({lock["id"] for lock in locks}) == 46
    per_iq = {}
    for lock in locks:
        per_iq.setdefault(lock["iq"] and lock["iq"]["id"], []).append(lock)
    assert len(per_iq.pop(None)) == 2, "locks without an IQ"
    assert len(per_iq) == 3
    assert max(len(locks) for locks in per_iq.values()) <= 16


def test_options_survive_the_next_page_link(salto):
    path = f"/v1.2/sites/{salto.site}/locks"
    options = {"$filter": "contains(customer_reference,'o')", "$top": "25"}
    order = {"$orderby": "customer_reference desc"}
    sizes, locks = follow(salto, path, **options, **order)
    names = [lock["customer_reference"] for lock in locks]
    assert sizes == [20, 5]
    assert names == sorted(names, reverse=True)
    assert all("o" in name for name in names)


def names(answer):
    return [item["customer_reference"] for item in answer.json()["items"]]


def test_odata_options(salto):
    def locks(**options):
        return salto.on_site("GET", "/locks", params=options)

    one = locks(**{"$filter": "customer_reference eq 'Studio 3'"})
    assert names(one) == ["Studio 3"]
    both = "contains(customer_reference,'Studio 1') and online eq true"
    assert names(locks(**{"$filter": both})) == [
        "Studio 1",
        "Studio 10",
        "Studio 11",
        "Studio 12",
    ]
    two = locks(**{"$top": "2", "$skip": "1", "$orderby": "customer_reference"})
    assert names(two) == ["Bicycle cellar", "Boardroom"]
    assert two.json()["next_page_link"] is None, "no more than asked for"
    counted = locks(**{"$inlinecount": "allpages", "$top": "1"}).json()
    assert (counted["count"], len(counted["items"])) == (46, 1)
    assert locks().json()["count"] is None


@pytest.mark.parametrize(
    "options",
    [
        {"$filter": "customer_reference ne 'x'"},
        {"$filter": "customer_reference eq x"},
        {"$filter": "nothing eq 'x'"},
        {"$filter": "online eq true or online eq false"},
        {"$filter": "online eq true and"},
        {"$filter": ""},
        {"$filter": "customer_reference ge 'x'"},
        {"$orderby": "nothing"},
        {"$orderby": "customer_reference sideways"},
        {"$top": "-1"},
        {"$top": "many"},
        {"$skip": "x"},
        {"$inlinecount": "perhaps"},
        {"$expand": "iq"},
    ],
)
def test_invalid_options(salto, options):
    answer = salto.on_site("GET", "/locks", params=options)
    assert salto.refusal(answer)[:2] == (400, "1102")


def test_quotes_in_a_filter(salto):
    group = {"customer_reference": "Noor's group"}
    salto.on_site("POST", "/access_groups", group)
    options = {"$filter": "customer_reference eq 'Noor''s group'"}
    found = salto.on_site("GET", "/access_groups", params=options)
    assert names(found) == ["Noor's group"]


def test_lists_may_be_bare_arrays(salto):
    salto.sim("/settings", {"bare_arrays": True})
    answer = salto.get("/v1.2/sites").json()
    assert [site["site_uid"] for site in answer] == ["NL6254340082", "NL6254340083"]


def test_plain_user_sees_the_site_but_not_its_people(salto):
    plain = {"by": "plain@studio.example"}
    assert salto.on_site("GET", "/locks", **plain).status_code == 200
    me = salto.on_site("GET", "/me", **plain).json()
    assert [role["code"] for role in me["roles"]] == ["site_user"]
    assert me["remote_access"] is False
    for path in ("/users", "/access_groups", "/tags"):
        answer = salto.on_site("GET", path, **plain)
        assert salto.refusal(answer)[:2] == (403, "2203")


def test_broken_bodies(salto):
    path = f"/v1.2/sites/{salto.site}/access_groups"
    for body in (b"", b"{", b"[]", b"null"):
        answer = salto.call("POST", path, data=body)
        assert salto.refusal(answer)[:2] == (400, "1100")


def test_subscription(salto):
    answer = salto.on_site("GET", "/subscription").json()
    assert (answer["user_amount"], answer["type"]) == (60, "default")
