"""What control shows of the world: everything, secrets of IQs and tokens excepted."""

from .faults import Faults
from .things import AccessGroup, Iq, Lock, Site, SiteUser
from .times import iso
from .world import World

RECENT_ENTRIES = 40


def state(world: World) -> dict:
    """For tests and checks."""
    return {
        "locks": {lock.id: lock_state(world, lock) for lock in world.locks.values()},
        "iqs": {iq.id: iq_state(world, iq) for iq in world.iqs.values()},
        "users": [user_state(user) for user in world.users.values()],
        "access_groups": [_group_state(group) for group in world.groups.values()],
        "requests": list(world.requests),
    }


def building(world: World, faults: Faults) -> dict:
    """For the page: by site, with messages and recent entries."""
    entries = [entry for entries in world.entries.values() for entry in entries]
    # of one second's entries, too, the last comes first
    recent = sorted(
        reversed(entries), key=lambda entry: entry["utc_date_time"], reverse=True
    )
    return {
        "now": iso(world.now()),
        "sites": [_site_view(world, site) for site in world.sites.values()],
        "outbox": world.outbox,
        "entries": recent[:RECENT_ENTRIES],
        "faults": faults.as_list(),
        "requests": len(world.requests),
    }


def lock_state(world: World, lock: Lock) -> dict:
    return {
        "name": lock.name,
        "site_id": lock.site_id,
        "iq_id": lock.iq_id,
        "unlocks": lock.unlocks,
        "locked_state": lock.state(world.now()),
        "online": lock.online,
        "battery_level": lock.battery_level,
        "privacy_mode": lock.privacy_mode,
        "last_opened": lock.last_opened,
    }


def iq_state(world: World, iq: Iq) -> dict:
    return {
        "name": iq.name,
        "site_id": iq.site_id,
        "online": iq.online,
        "restore_required": iq.restore_required,
        "activations": [
            {
                "user_id": person_id,
                "email": world.people[person_id].email,
                "state": activation.state,
            }
            for (person_id, iq_id), activation in world.activations.items()
            if iq_id == iq.id
        ],
    }


def user_state(user: SiteUser) -> dict:
    return {
        "id": user.id,
        "user_id": user.person.id,
        "site_id": user.site_id,
        "name": user.name,
        "email": user.person.email,
        "alias": user.alias,
        "roles": [role.code for role in user.roles],
        "remote_access": user.remote_access,
        "blocked": user.blocked,
        "subscription_state": user.subscription_state,
        "use_pin": user.use_pin,
        "pin": user.pin,
        "expires_at": user.expires_at,
    }


def _group_state(group: AccessGroup) -> dict:
    return {
        "id": group.id,
        "site_id": group.site_id,
        "customer_reference": group.name,
        "users": group.user_ids,
        "locks": group.lock_ids,
        "time_schedules": list(group.schedules.values()),
    }


def _site_view(world: World, site: Site) -> dict:
    iqs = [
        {"id": iq.id, "name": iq.name, "online": iq.online and not iq.restore_required}
        for iq in world.iqs.values()
        if iq.site_id == site.id
    ]
    locks = [
        {"id": lock.id, **lock_state(world, lock)}
        for lock in world.locks.values()
        if lock.site_id == site.id
    ]
    return {
        "id": site.id,
        "uid": site.uid,
        "name": site.name,
        "time_zone": site.time_zone,
        "iqs": iqs,
        "locks": locks,
    }
