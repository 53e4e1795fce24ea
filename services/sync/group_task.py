"""Making a group at Salto contain what its booking says."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from odoo import fields

from ...connect import KsError, errors
from ...connect.access_groups import window_in
from ...rules.access.access import Action, Applied, Contents, Verdict, leftover, plan
from ...tools.transactions import retried
from ...wording.access import AccessProblem, problem_sentence
from ...wording.errors import error_sentence
from ...wording.people import PersonProblem, person_sentence
from .calls import TROUBLE
from .group_job import choose_retry

_logger = logging.getLogger(__name__)

# Another worker is adding a person to Salto; it will not take long.
BUSY_RETRY = timedelta(seconds=5)


class PeopleGone(Exception):
    """People of a group are not at Salto any more: they have to be added again."""


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


class GroupTasks:
    """Works on jobs, see ``synchronize_group``.

    :param env: in the language of who reads about problems
    :param salto: SiteCalls
    :param people_tasks: PeopleTasks
    """

    def __init__(self, env, salto, people_tasks):
        self._env = env
        self._salto = salto
        self._people_tasks = people_tasks

    async def synchronize_group(self, job):
        """Make one group what its booking says. What goes wrong stays with its job."""
        try:
            await self._synchronize(job)
        except PeopleGone:
            job.begin_again(AccessProblem.ATTENDEE_GONE)
        except KsError as error:
            _logger.info("Salto KS: access %s: %s", job.name, error)
            job.record_error(error)
        except Exception:  # pylint: disable=broad-except
            _logger.exception("Salto KS: access %s", job.name)
            job.record_error(None)

    async def _synchronize(self, job):
        if job.lets_in and job.schedule is None:
            # It can only be taken away.
            job.finish(
                "failed",
                next_try=job.end,
                error=problem_sentence(self._env, AccessProblem.NO_ZONE),
                unsettled=job.unsettled,
            )
        elif job.lets_in:
            await self._grant(job)
        elif job.verdict is Verdict.LESS:
            await self._lessen(job)
        elif job.verdict is Verdict.LATER:
            job.finish("waiting", next_try=job.desired.due.replace(tzinfo=None))
        else:
            await self._revoke(job)

    # -- granting

    async def _grant(self, job):
        proven = job.unsettled
        if job.unsettled:
            await self._read_back(job)
        members = frozenset(
            one.held.platform_uuid for one in job.people if one.held.platform_uuid
        )
        contents = Contents(job.schedule, job.desired.lock_ids, members)
        for step in plan(contents, job.applied):
            job.save(state="granting", unsettled=True)
            await self._take_step(job, step, contents)
            proven = True
        self._finish_granting(job, proven)

    def _finish_granting(self, job, proven):
        """
        :param proven: did Salto say just now what the group contains?
        """
        problems = [one.describe_problem(self._env) for one in job.people]
        problems += [
            person_sentence(self._env, PersonProblem.ARCHIVED, name)
            for name in job.archived
        ]
        errors_met = [one.error for one in job.people if one.error is not None]
        if job.missing_lock is not None:
            problems.append(error_sentence(self._env, job.missing_lock))
            errors_met.append(job.missing_lock)
        problems = [*filter(None, problems)]
        next_tries = [job.end]
        if errors_met:
            next_tries.append(choose_retry(job.failures + 1))
        is_busy = any(one.is_awaited for one in job.people)
        if is_busy:
            next_tries.append(fields.Datetime.now() + BUSY_RETRY)
            state = "granting"
        elif not problems or (job.applied.user_ids and job.applied.lock_ids):
            state = "granted"
        else:
            state = "failed"
        job.finish(
            state,
            next_try=min(next_tries),
            error="\n".join(problems) or False,
            failures=job.failures + 1 if errors_met or is_busy else 0,
            site_trouble=any(isinstance(one, TROUBLE) for one in errors_met),
            **_proof_vals(proven and job.missing_lock is None),
        )

    async def _take_step(self, job, step, contents):
        """Take one step of the plan, and learn what it brought."""
        salto, group_uuid = self._salto, job.applied.group_id
        job.under_way = step.action
        match step.action:
            case Action.ADD_GROUP:
                job.learn(group_id=await salto.add_access_group(job.name))
            case Action.ADD_SCHEDULE:
                times = _parse_times(contents.schedule)
                added = await salto.add_schedule(group_uuid, *times)
                job.learn(schedule_id=added, schedule=contents.schedule)
            case Action.CHANGE_SCHEDULE:
                times = _parse_times(contents.schedule)
                await salto.change_schedule(group_uuid, job.applied.schedule_id, *times)
                job.learn(schedule=contents.schedule)
            case Action.CHANGE_LOCKS:
                await self._change_locks(job, step)
            case Action.CHANGE_USERS:
                await self._change_members(job, step)
                job.learn(user_ids=contents.user_ids)

    async def _change_locks(self, job, step):
        """If Salto misses one of several doors, the others open nevertheless.

        :raises NotFound: it has none of them
        """
        try:
            await self._send_locks(job, step.add, step.remove)
        except errors.NotFound as error:
            await self._check_group(job)
            if len(step.add) > 1:
                for lock_uuid in step.add:
                    with suppress(errors.NotFound):
                        await self._send_locks(job, (lock_uuid,))
            if not job.applied.lock_ids:
                raise
            job.missing_lock = error

    async def _check_group(self, job):
        """
        :raises NotFound: it is the group itself that Salto misses
        """
        step, job.under_way = job.under_way, None
        await self._salto.access_group(job.applied.group_id)
        job.under_way = step

    async def _send_locks(self, job, add, remove=()):
        await self._salto.change_group_locks(job.applied.group_id, add, remove)
        job.learn(lock_ids=(job.applied.lock_ids | {*add}) - {*remove})

    async def _change_members(self, job, step):
        """
        :raises PeopleGone: somebody removed some of them at Salto
        """
        try:
            await self._salto.change_group_users(
                job.applied.group_id, step.add, step.remove
            )
        except errors.NotFound:
            if not await self._people_tasks.forget_gone(job.people):
                raise
            raise PeopleGone from None

    # -- revoking

    async def _revoke(self, job):
        if job.unsettled and not job.applied.group_id:
            await self._find_lost_group(job)
        if job.applied.group_id:
            job.save(state="revoking")
            try:
                await self._salto.delete_access_group(job.applied.group_id)
            except errors.NotFound:
                await self._check_not_listed(job)
        job.applied = Applied()
        job.finish("revoked", **_proof_vals(True))

    async def _check_not_listed(self, job):
        """
        :raises LostAnswer: Salto lists a group that it says it does not find
        """
        listed = await self._salto.access_groups(job.name)
        if any(group["id"] == job.applied.group_id for group in listed):
            raise errors.LostAnswer("Salto lists a group that it does not find")

    async def _lessen(self, job):
        """Take away what the booking gave up, and add nothing."""
        if not job.may_hold_something:
            job.close()
            return
        proven = job.unsettled
        if job.unsettled:
            await self._read_back(job)
        left = leftover(job.applied, job.schedule, job.attendee_ids)
        if left is None:
            job.save(state="revoking", by_booking=True)
            await self._revoke(job)
            return
        for step in plan(left, job.applied):
            job.save()
            await self._take_step(job, step, left)
            proven = True
        job.close(job.end, failures=0, site_trouble=False, **_proof_vals(proven))

    # -- reading back after a lost answer

    async def _read_back(self, job):
        """Read what Salto holds, before anything is built on it."""
        group_uuid = job.applied.group_id
        if not group_uuid:
            await self._find_lost_group(job)
        else:
            try:
                found, more = await read_group(self._salto, group_uuid)
                for schedule_uuid in more:
                    # Created when the answer to the first one got lost.
                    await self._salto.delete_schedule(group_uuid, schedule_uuid)
                job.applied = found
            except errors.NotFound:
                # Somebody removed it at Salto: it is created again.
                job.applied = Applied()
        job.unsettled = False
        job.save(unsettled=False)

    async def _find_lost_group(self, job):
        """Find out whether a group was created whose id never reached Odoo.

        Another database may use the same names on this site. Odoo's own group
        is still empty, because all else needs its id.
        """
        listed = await self._salto.access_groups(job.name)
        uuids = [group["id"] for group in listed if group.get("id")]
        rows = self._env["salto.ks.access"]
        recorded = retried(rows, lambda own: own._find_recorded_groups(uuids))
        for group_uuid in uuids:
            if group_uuid in recorded:
                continue
            found, _more = await read_group(self._salto, group_uuid)
            if found == Applied(group_uuid):
                job.learn(group_id=group_uuid)
                job.save()
                return
        # It may still come: the nightly comparison looks for it.
        job.lost_groups += 1


def _parse_times(schedule):
    return tuple(datetime.fromisoformat(text) for text in schedule)


def _proof_vals(proven):
    return {"verified_at": fields.Datetime.now()} if proven else {}
