"""Things as the Connect API shows them: field names and types as measured."""

from .activation import Activation
from .things import AccessGroup, Iq, Lock, Person, Role, Site, SiteUser, Tag
from .times import iso
from .world import World

SITE_FIELDS = (
    "id",
    "site_uid",
    "customer_reference",
    "time_zone",
    "country_code",
    "installation_state",
)
IQ_FIELDS = ("id", "customer_reference", "mac", "state", "online", "revision")
LOCK_FIELDS = (
    "id",
    "customer_reference",
    "mac",
    "lock_type",
    "locked_state",
    "online",
    "battery_level",
    "iq",
)
USER_FIELDS = (
    "id",
    "user",
    "alias",
    "remote_access",
    "blocked",
    "subscription_state",
    "use_pin",
    "expires_at",
)
PERSON_FIELDS = ("id", "first_name", "last_name", "email")
ROLE_FIELDS = ("id", "customer_reference", "code")
TAG_FIELDS = ("id", "tag_number")
GROUP_FIELDS = ("id", "customer_reference")
SCHEDULE_FIELDS = ("id", "start_time", "end_time", "start_date", "end_date")
ACTIVATION_FIELDS = ("iq_id", "activated", "activation_date")

_ALWAYS = {
    "monday": True,
    "tuesday": True,
    "wednesday": True,
    "thursday": True,
    "friday": True,
    "saturday": True,
    "sunday": True,
    "start_time": "00:00:00",
    "end_time": "23:59:59",
    "start_date": None,
    "end_date": None,
}


def _mac(thing_id: str, length: int) -> str:
    return thing_id.replace("-", "")[:length].upper()


def _iq_mac(iq: Iq) -> str:
    digits = _mac(iq.id, 6)
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:]}"


def site(world: World, site: Site) -> dict:
    taken = world.taken_seats(site)
    owner = next(u for u in world.users_of(site.id) if u.has_role("site_owner"))
    return {
        "id": site.id,
        "site_uid": site.uid,
        "customer_reference": site.name,
        "time_zone": site.time_zone,
        "country_code": site.uid[:2],
        "subscription_valid": True,
        "active_user_amount": taken,
        "subscribed_user_amount": site.seats,
        "active_iq_amount": sum(i.site_id == site.id for i in world.iqs.values()),
        "pin_enabled": True,
        "installation_state": "released",
        "mkey_compatible": True,
        "store_events_ttl": "90.00:00:00",
        "owner": site_person(world, owner),
    }


def iq(world: World, iq: Iq) -> dict:
    return {
        "id": iq.id,
        "customer_reference": iq.name,
        "time_zone": world.sites[iq.site_id].time_zone,
        "mac": _iq_mac(iq),
        "operator": "Simulated mobile network",
        "state": "active",
        "restore_required": iq.restore_required,
        "reset_date": iq.reset_at and iso(iq.reset_at),
        "online": iq.online,
        "led_enabled": True,
        "data_sync_state": "not_synced" if iq.restore_required else "synced",
        "signal_strength": 21 if iq.online else 0,
        "revision": "2.0",
        "otp_enabled": True,
    }


def lock(world: World, lock: Lock) -> dict:
    return {
        "id": lock.id,
        "customer_reference": lock.name,
        "mac": _mac(lock.id, 16),
        "lock_type": "escutcheon_pin",
        "locked_state": lock.state(world.now()),
        "online": lock.online,
        "iq_link_state": "attached" if lock.iq_id else "detached",
        "battery_level": lock.battery_level,
        "left_open_alarm": lock.left_open_alarm,
        "intrusion_alarm": lock.intrusion_alarm,
        "privacy_mode": lock.privacy_mode,
        "tag_registration_state": "not_started",
        "communication_type": "blue_net",
        "floor": None,
        "repeater": None,
        "offline_access_keys_limit": 360,
        "offline_access_keys_count": 0,
        "vendor": {
            "id": "3f0c1c5e-5c0b-4b60-8a0e-6d1f2f4f0a01",
            "reference": "simulated",
            "display_name": "Simulated lock",
        },
        "easy_office_mode_schedule": {"eom_auto_start": False, **_ALWAYS},
        "iq": _iq_of_lock(world.iqs[lock.iq_id]) if lock.iq_id else None,
    }


def _iq_of_lock(iq: Iq) -> dict:
    return {
        "id": iq.id,
        "customer_reference": iq.name,
        "mac_address": _iq_mac(iq),
        "is_online": iq.online,
        "revision": "2.0",
        "otp_enabled": True,
    }


def person(person: Person) -> dict:
    """The caller's own profile."""
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone_number": person.phone,
    }


def site_person(world: World, user: SiteUser) -> dict:
    """A site user's platform side: ``id`` is the platform id."""
    tag = world.tag_of(user)
    return {
        "id": user.person.id,
        "first_name": user.person.first_name,
        "last_name": user.person.last_name,
        "email": user.person.email,
        "image_url": None,
        "tag_number": tag.number if tag else None,
        "is_managed_by_current_site": user.person.email is None,
        "has_profile": user.person.email is not None,
    }


def site_user(world: World, user: SiteUser) -> dict:
    ready = user.is_ready(world.now())
    return {
        "id": user.id,
        "user": site_person(world, user),
        "roles": [role(each) for each in user.roles] if ready else [],
        "alias": user.alias,
        "toggle_easy_office_mode": user.toggle_easy_office_mode,
        "toggle_manual_office_mode": user.toggle_manual_office_mode,
        "remote_access": user.remote_access,
        "blocked": user.blocked,
        "tag_owned_by_this_site": world.tag_of(user) is not None,
        "subscription_state": user.subscription_state,
        "override_privacy_mode": user.override_privacy_mode,
        "use_pin": user.use_pin,
        "data_removal_expires_at": None,
        "expires_at": user.expires_at,
    }


def role(role: Role) -> dict:
    return {
        "id": role.id,
        "customer_reference": role.name,
        "code": role.code,
        "parent_id": None,
        "is_hierarchical": False,
    }


def tag(tag: Tag) -> dict:
    return {"id": tag.id, "tag_number": tag.number}


def group(group: AccessGroup) -> dict:
    return {"id": group.id, "customer_reference": group.name}


def activation(iq_id: str, activation: Activation) -> dict:
    return {
        "iq_id": iq_id,
        "activated": activation.activated_at is not None,
        "activation_date": activation.activated_at and iso(activation.activated_at),
        "otp_enabled": True,
    }
