"""Reading what a group at Salto contains."""

from ...connect.access_groups import window_in
from ...rules.access.access import Applied


async def read_group(salto, group_uuid):
    """Read what a group contains: (Applied, ids of schedules beyond the first one).

    :param salto: SiteCalls
    :raises KsError: as its calls do; NotFound when there is no such group
    """
    schedules = await salto.group_schedules(group_uuid)
    locks = await salto.group_locks(group_uuid)
    users = await salto.group_users(group_uuid)
    first = schedules[0] if schedules else {}
    found = Applied(
        group_uuid,
        first.get("id"),
        window_in(first),
        frozenset(locks),
        frozenset(users),
    )
    return found, [schedule["id"] for schedule in schedules[1:]]
