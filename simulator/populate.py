"""Turns the standing set into things, and makes more where more are wanted."""

from collections import Counter
from datetime import timedelta

from . import standing
from .activation import Activation
from .things import Iq, Lock, Person, Role, Site, SiteUser, Tag
from .times import iso

LOCKS_PER_IQ = 16


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


def build_on(world, site: Site, iqs: int, locks: int) -> None:
    """Add IQs and locks to a site, until it has so many.

    :raises ValueError: more locks than the IQs carry; nothing is added then
    """
    carried = Counter({iq.id: 0 for iq in world.iqs.values() if iq.site_id == site.id})
    there = [lock for lock in world.locks.values() if lock.site_id == site.id]
    carried.update(lock.iq_id for lock in there if lock.iq_id)
    room = max(iqs, len(carried)) * LOCKS_PER_IQ - carried.total()
    if locks - len(there) > room:
        raise ValueError(f"An IQ carries at most {LOCKS_PER_IQ} locks.")
    for number in range(len(carried) + 1, iqs + 1):
        name = f"IQ {number:02d}"
        iq_id = standing.stable_id("iq", site.uid, name)
        world.iqs[iq_id] = Iq(iq_id, site.id, name)
        carried[iq_id] = 0
    for number in range(len(there) + 1, locks + 1):
        emptiest = min(carried, key=carried.get)
        carried[emptiest] += 1
        _add_locks(world, site.uid, site.id, [f"Room {number:03d}"], emptiest)
