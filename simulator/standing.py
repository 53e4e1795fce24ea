"""The standing set: what exists in the simulated Salto KS after every start and reset.

Everything here is made up, and stable: ids are derived from names, so that demo data
and tests may hold them as constants.
"""

import uuid
from dataclasses import dataclass

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "salto-ks.studio.example")


def stable_id(kind: str, *names: str) -> str:
    """The id of a standing object: the same one after every start.

    :param kind: ``site``, ``iq``, ``lock``, ``person``, ``user``, ``role`` or ``tag``
    :param names: what tells it apart: its site's code where it has one, and its name
    """
    return str(uuid.uuid5(_NAMESPACE, "/".join((kind, *names))))


@dataclass(frozen=True)
class StandingClient:
    """An application that Salto has registered at the identity server."""

    secret: str
    grants: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class StandingIq:
    """An IQ and the doors behind it."""

    name: str
    doors: tuple[str, ...]


@dataclass(frozen=True)
class StandingSite:
    uid: str
    name: str
    time_zone: str
    seats: int
    iqs: tuple[StandingIq, ...]
    doors_without_iq: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandingPerson:
    """Somebody with an account or a tag; ``role`` is held on every site."""

    first_name: str
    last_name: str
    email: str
    role: str
    password: str = ""
    phone: str = ""
    remote_access: bool = False
    tag_number: str | None = None


@dataclass(frozen=True)
class StandingActivation:
    """An IQ that the service user has activated long ago."""

    iq: str
    secret: str
    pin: str


CLIENTS = {
    "demo-client": StandingClient(
        secret="demo-secret",
        grants=("password", "refresh_token", "authorization_code"),
        scopes=("user_api.full_access", "offline_access"),
    ),
    # may not have offline_access: plays invalid_scope
    "plain-client": StandingClient(
        secret="plain-secret",
        grants=("password", "authorization_code"),
        scopes=("user_api.full_access",),
    ),
    # the password grant was never enabled by Salto: plays unauthorized_client
    "web-client": StandingClient(
        secret="web-secret",
        grants=("refresh_token", "authorization_code"),
        scopes=("user_api.full_access", "offline_access"),
    ),
}

# code -> label, and whether the role carries the right to lock and unlock remotely
ROLES = {
    "site_owner": ("Owner", True),
    "site_admin": ("Admin", True),
    "site_user": ("User", True),
    "site_mobile_user": ("Mobile user", True),
    "site_guest": ("Guest", False),
}

SITES = (
    StandingSite(
        uid="NL6254340082",
        name="Studio House",
        time_zone="Europe/Amsterdam",
        seats=60,
        iqs=(
            StandingIq(
                "IQ 01 Ground floor",
                (
                    "Main entrance",
                    "Courtyard gate",
                    "Loading dock",
                    "Reception office",
                    "Studio 1",
                    "Studio 2",
                    "Studio 3",
                    "Studio 4",
                    "Studio 5",
                    "Studio 6",
                    "Green room",
                    "Dressing room 1",
                    "Dressing room 2",
                    "Storage A",
                    "Workshop",
                ),
            ),
            StandingIq(
                "IQ 02 First floor",
                (
                    "Studio 7",
                    "Studio 8",
                    "Studio 9",
                    "Studio 10",
                    "Studio 11",
                    "Studio 12",
                    "Control room A",
                    "Control room B",
                    "Edit suite 1",
                    "Edit suite 2",
                    "Edit suite 3",
                    "Voice booth",
                    "Instrument store",
                    "Storage B",
                    "Server room",
                ),
            ),
            StandingIq(
                "IQ 03 Meeting floor",
                (
                    "Meeting floor",
                    "Boardroom",
                    "Meeting room Amstel",
                    "Meeting room Dommel",
                    "Meeting room IJssel",
                    "Meeting room Maas",
                    "Meeting room Rijn",
                    "Meeting room Vecht",
                    "Training room",
                    "Lounge",
                    "Kitchen",
                    "Roof terrace",
                    "Archive",
                    "Office",
                ),
            ),
        ),
        doors_without_iq=("Bicycle cellar", "Cleaning cupboard"),
    ),
    StandingSite(
        uid="NL6254340083",
        name="Harbour Rooms",
        time_zone="Europe/Amsterdam",
        seats=20,
        iqs=(
            StandingIq(
                "IQ 01 Quay side",
                (
                    "Quay entrance",
                    "Rehearsal room 1",
                    "Rehearsal room 2",
                    "Rehearsal room 3",
                    "Rehearsal room 4",
                    "Recording room",
                    "Harbour lounge",
                    "Equipment store",
                    "Back office",
                    "Jetty gate",
                ),
            ),
        ),
    ),
)

PEOPLE = (
    StandingPerson(
        "Marieke",
        "de Vries",
        "owner@studio.example",
        "site_owner",
        password="demo-password",
        phone="+31 6 0000 0001",
        remote_access=True,
        tag_number="01234567",
    ),
    StandingPerson(
        "Studio",
        "Service",
        "service@studio.example",
        "site_admin",
        password="demo-password",
        phone="+31 6 0000 0002",
        remote_access=True,
    ),
    StandingPerson(
        "Pieter",
        "Plain",
        "plain@studio.example",
        "site_user",
        password="demo-password",
        phone="+31 6 0000 0003",
    ),
    StandingPerson(
        "Noor", "Bakker", "noor@studio.example", "site_user", tag_number="01234568"
    ),
    StandingPerson(
        "Yusuf", "Demir", "yusuf@studio.example", "site_user", tag_number="01234569"
    ),
)

# whoever's user these activations are; no IQ of the other site is activated
ACTIVATED_BY = "service@studio.example"
ACTIVATED_SITE = "NL6254340082"
ACTIVATIONS = (
    StandingActivation("IQ 01 Ground floor", secret="q7Kd02LmXz5RtB9w", pin="4711"),
    StandingActivation("IQ 02 First floor", secret="Hs4Wn8PvYc61JgEu", pin="0427"),
    StandingActivation("IQ 03 Meeting floor", secret="T3bZr9QaMf7xVk50", pin="8250"),
)

# tags in the drawer, nobody's yet
SPARE_TAGS = ("01234570", "01234571", "01234572")

# what the tags of staff did before the simulator started:
# (minutes ago, site, door, e-mail of the person)
PAST_OPENINGS = (
    (1570, "NL6254340082", "Main entrance", "yusuf@studio.example"),
    (1130, "NL6254340082", "Studio 4", "noor@studio.example"),
    (214, "NL6254340082", "Main entrance", "noor@studio.example"),
    (207, "NL6254340082", "Reception office", "noor@studio.example"),
    (176, "NL6254340083", "Quay entrance", "yusuf@studio.example"),
    (142, "NL6254340082", "Instrument store", "yusuf@studio.example"),
    (88, "NL6254340082", "Boardroom", "noor@studio.example"),
)
