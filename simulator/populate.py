"""Turns the standing set into things."""

from datetime import timedelta

from . import standing
from .activation import Activation
from .things import Iq, Lock, Person, Role, Site, SiteUser, Tag
from .times import iso


def populate(world) -> None:
    for person in standing.PEOPLE:
        _add_person(world, person)
    for site in standing.SITES:
        _add_site(world, site)
    _add_activations(world)
    for opening in standing.PAST_OPENINGS:
        _add_past_opening(world, *opening)


def _add_person(world, data: standing.StandingPerson) -> None:
    person_id = standing.stable_id("person", data.email)
    world.people[person_id] = Person(
        id=person_id,
        first_name=data.first_name,
        last_name=data.last_name,
        email=data.email,
        phone=data.phone,
        password=data.password,
    )


def _add_site(world, data: standing.StandingSite) -> None:
    site_id = standing.stable_id("site", data.uid)
    world.sites[site_id] = Site(
        site_id, data.uid, data.name, data.time_zone, data.seats
    )
    world.entries[site_id] = []
    for iq in data.iqs:
        iq_id = standing.stable_id("iq", data.uid, iq.name)
        world.iqs[iq_id] = Iq(iq_id, site_id, iq.name)
        _add_locks(world, data.uid, site_id, iq.doors, iq_id)
    _add_locks(world, data.uid, site_id, data.doors_without_iq, None)
    _add_roles(world, data.uid, site_id)
    _add_users(world, data.uid, site_id)


def _add_locks(world, uid, site_id, doors, iq_id) -> None:
    for name in doors:
        lock_id = standing.stable_id("lock", uid, name)
        world.locks[lock_id] = Lock(lock_id, site_id, name, iq_id)


def _add_roles(world, uid: str, site_id: str) -> None:
    for code, (name, remote_locking) in standing.ROLES.items():
        role_id = standing.stable_id("role", uid, code)
        world.roles[role_id] = Role(role_id, site_id, code, name, remote_locking)


def _add_users(world, uid: str, site_id: str) -> None:
    for data in standing.PEOPLE:
        role_id = standing.stable_id("role", uid, data.role)
        user = SiteUser(
            id=standing.stable_id("user", uid, data.email),
            site_id=site_id,
            person=world.people[standing.stable_id("person", data.email)],
            roles=[world.roles[role_id]],
            remote_access=data.remote_access,
        )
        world.add_user(user)
        if data.tag_number:
            _add_tag(world, uid, site_id, data.tag_number, user.id)
    for number in standing.SPARE_TAGS:
        _add_tag(world, uid, site_id, number, None)


def _add_tag(world, uid, site_id, number, holder_id) -> None:
    tag_id = standing.stable_id("tag", uid, number)
    world.tags[tag_id] = Tag(tag_id, site_id, number, holder_id)


def _add_activations(world) -> None:
    person_id = standing.stable_id("person", standing.ACTIVATED_BY)
    for data in standing.ACTIVATIONS:
        iq_id = standing.stable_id("iq", standing.ACTIVATED_SITE, data.iq)
        world.activations[person_id, iq_id] = Activation(
            secret=data.secret,
            pin=data.pin,
            secret_given=True,
            pin_sent=True,
            activated_at=world.now() - timedelta(days=30),
        )


def _add_past_opening(world, minutes_ago, uid, door, email) -> None:
    lock = world.locks[standing.stable_id("lock", uid, door)]
    user = world.users[standing.stable_id("user", uid, email)]
    moment = iso(world.now() - timedelta(minutes=minutes_ago))
    tag = world.tag_of(user)
    world.add_entry(
        lock,
        utc_date_time=moment,
        access_detail=tag.number,
        **user.entry_fields,
    )
    lock.last_opened = {"at": moment, "by": user.name, "how": "tag"}
