"""Access groups: who may open which locks, and when."""

import uuid
from datetime import datetime

from . import shapes
from .api import endpoint, listing
from .call import Call
from .things import AccessGroup, SiteUser
from .web import (
    Response,
    empty_response,
    json_response,
    malformed,
    missing_field,
    not_found,
    not_sensible,
)

_GROUPS = "/sites/{site}/access_groups"
_GROUP = _GROUPS + "/{group}"
_DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


@endpoint("GET", _GROUPS, admin=True)
def list_groups(call: Call, site) -> Response:
    groups = [
        shapes.group(g) for g in call.world.groups.values() if g.site_id == site.id
    ]
    return listing(call, groups, shapes.GROUP_FIELDS)


@endpoint("POST", _GROUPS, admin=True)
def add_group(call: Call, site) -> Response:
    """Names need not be unique: sent twice, made twice."""
    group = AccessGroup(str(uuid.uuid4()), site.id, call.text("customer_reference"))
    call.world.groups[group.id] = group
    return json_response(shapes.group(group))


@endpoint("GET", _GROUP, admin=True)
def get_group(call: Call, site, group) -> Response:
    return json_response(shapes.group(group))


@endpoint("PATCH", _GROUP, admin=True)
def rename_group(call: Call, site, group) -> Response:
    group.name = call.text("customer_reference")
    return json_response(shapes.group(group))


@endpoint("DELETE", _GROUP, admin=True)
def delete_group(call: Call, site, group) -> Response:
    del call.world.groups[group.id]
    return empty_response()


# users, by platform id ----------------------------------------------------------------


@endpoint("GET", _GROUP + "/users", admin=True)
def list_group_users(call: Call, site, group) -> Response:
    world = call.world
    users = (world.site_user(site.id, user_id) for user_id in group.user_ids)
    people = [shapes.site_person(world, user) for user in users]
    return listing(call, people, shapes.PERSON_FIELDS)


@endpoint("POST", _GROUP + "/users", admin=True)
def add_group_user(call: Call, site, group) -> Response:
    user_id = call.text("user_id")
    _check_users(call, site, [user_id])
    _edit(group.user_ids, add=[user_id])
    return empty_response(200)


@endpoint("PATCH", _GROUP + "/users", admin=True)
def edit_group_users(call: Call, site, group) -> Response:
    add, remove = _id_lists(call)
    _check_users(call, site, add)
    _edit(group.user_ids, add, remove)
    return empty_response()


@endpoint("DELETE", _GROUP + "/users/{member}", admin=True)
def remove_group_user(call: Call, site, group, member: SiteUser) -> Response:
    if member.person.id not in group.user_ids:
        raise not_found("User")
    group.user_ids.remove(member.person.id)
    return empty_response()


def _check_users(call: Call, site, user_ids: list[str]) -> None:
    for user_id in user_ids:
        user = call.world.site_user(site.id, user_id)
        if user is None or not user.is_ready(call.world.now()):
            raise not_found("User")


# locks --------------------------------------------------------------------------------


@endpoint("GET", _GROUP + "/locks", admin=True)
def list_group_locks(call: Call, site, group) -> Response:
    world = call.world
    locks = [shapes.lock(world, world.locks[lock_id]) for lock_id in group.lock_ids]
    return listing(call, locks, shapes.LOCK_FIELDS)


@endpoint("POST", _GROUP + "/locks", admin=True)
def add_group_lock(call: Call, site, group) -> Response:
    lock_id = call.text("lock_id")
    _check_locks(call, site, [lock_id])
    _edit(group.lock_ids, add=[lock_id])
    return empty_response(200)


@endpoint("PATCH", _GROUP + "/locks", admin=True)
def edit_group_locks(call: Call, site, group) -> Response:
    add, remove = _id_lists(call)
    _check_locks(call, site, add)
    _edit(group.lock_ids, add, remove)
    return empty_response()


@endpoint("DELETE", _GROUP + "/locks/{lock}", admin=True)
def remove_group_lock(call: Call, site, group, lock) -> Response:
    if lock.id not in group.lock_ids:
        raise not_found("Lock")
    group.lock_ids.remove(lock.id)
    return empty_response()


def _check_locks(call: Call, site, lock_ids: list[str]) -> None:
    for lock_id in lock_ids:
        lock = call.world.locks.get(lock_id)
        if lock is None or lock.site_id != site.id:
            raise not_found("Lock")


def _id_lists(call: Call) -> tuple[list[str], list[str]]:
    body = call.body()
    lists = [body.get("add_ids", []), body.get("remove_ids", [])]
    for ids in lists:
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            raise malformed("add_ids and remove_ids must be lists of ids.")
    return lists[0], lists[1]


def _edit(members: list[str], add=(), remove=()) -> None:
    """Adding a member or removing a stranger changes nothing (inferred)."""
    members[:] = [m for m in members if m not in remove]
    members.extend(m for m in dict.fromkeys(add) if m not in members)


# time schedules, wall clock of the site ---------------------------------------------


@endpoint("GET", _GROUP + "/time_schedules", versions=("v1.1",), admin=True)
def list_schedules(call: Call, site, group) -> Response:
    return listing(call, list(group.schedules.values()), shapes.SCHEDULE_FIELDS)


@endpoint("POST", _GROUP + "/time_schedules", versions=("v1.1",), admin=True)
def add_schedule(call: Call, site, group) -> Response:
    schedule = {"id": str(uuid.uuid4()), **_read_schedule(call.body())}
    group.schedules[schedule["id"]] = schedule
    return json_response(schedule)


@endpoint("GET", _GROUP + "/time_schedules/{schedule}", versions=("v1.1",), admin=True)
def get_schedule(call: Call, site, group, schedule) -> Response:
    return json_response(schedule)


@endpoint(
    "PATCH", _GROUP + "/time_schedules/{schedule}", versions=("v1.1",), admin=True
)
def change_schedule(call: Call, site, group, schedule) -> Response:
    schedule.update(_read_schedule(schedule | call.body()))
    return json_response(schedule)


@endpoint(
    "DELETE", _GROUP + "/time_schedules/{schedule}", versions=("v1.1",), admin=True
)
def delete_schedule(call: Call, site, group, schedule) -> Response:
    del group.schedules[schedule["id"]]
    return empty_response()


def _read_schedule(body: dict) -> dict:
    schedule = {day: body.get(day, False) for day in _DAYS}
    if not all(isinstance(value, bool) for value in schedule.values()):
        raise malformed("The days must be true or false.")
    if not any(schedule.values()):
        raise not_sensible("At least one day should be selected")
    for name in ("start_time", "end_time"):
        if body.get(name) is None:
            raise missing_field(name)
        schedule[name] = _wall_clock(body[name], name, "%H:%M:%S", "1970-01-01T")
    for name in ("start_date", "end_date"):
        text = body.get(name)
        schedule[name] = text and _wall_clock(text, name, "%Y-%m-%dT%H:%M:%S")
    for start, end in (("start_time", "end_time"), ("start_date", "end_date")):
        if schedule[start] and schedule[end] and schedule[end] < schedule[start]:
            raise not_sensible(f"The {end} is before the {start}.")
    return schedule


def _wall_clock(text, name: str, pattern: str, prefix: str = "") -> str:
    """A zone in the text is dropped without a word: the digits count. An end given to
    the minute comes back with its last second."""
    if not isinstance(text, str):
        raise malformed(f"The {name} field is not valid.")
    try:
        moment = datetime.fromisoformat(prefix + text.removesuffix("Z"))
    except ValueError:
        raise malformed(f"The {name} field is not valid.") from None
    to_the_minute = text.count(":") == 1
    if to_the_minute and name.startswith("end"):
        moment = moment.replace(second=59)
    return moment.strftime(pattern)
