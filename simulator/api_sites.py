"""Sites, subscription, and the caller."""

from . import shapes
from .api import caller_on, endpoint, listing
from .call import Call
from .web import Response, json_response


@endpoint("GET", "/sites")
def list_sites(call: Call) -> Response:
    world = call.world
    mine = [s for s in world.sites.values() if world.site_user(s.id, call.caller.id)]
    return listing(call, [shapes.site(world, s) for s in mine], shapes.SITE_FIELDS)


@endpoint("GET", "/sites/{site}")
def get_site(call: Call, site) -> Response:
    return json_response(shapes.site(call.world, site))


@endpoint("GET", "/sites/{site}/subscription")
def get_subscription(call: Call, site) -> Response:
    features = ["pods", "events_streaming", "nfc", "events_storage", "activity_log"]
    return json_response(
        {"user_amount": site.seats, "type": "default", "features": features}
    )


@endpoint("GET", "/me")
def get_me(call: Call) -> Response:
    return json_response(shapes.person(call.caller))


@endpoint("GET", "/sites/{site}/me")
def get_me_on_site(call: Call, site) -> Response:
    return json_response(shapes.site_user(call.world, caller_on(call, site)))


@endpoint("GET", "/me/{site}/activated_iqs")
def list_activated_iqs(call: Call, site) -> Response:
    """What the caller has activated, or begun to."""
    world = call.world
    rows = [
        shapes.activation(iq_id, activation)
        for (person_id, iq_id), activation in world.activations.items()
        if person_id == call.caller.id and world.iqs[iq_id].site_id == site.id
    ]
    return listing(call, rows, shapes.ACTIVATION_FIELDS)
