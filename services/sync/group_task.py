"""Making Salto hold what a booking says: tasks for ``errands``, one for each access."""

import logging
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from odoo import fields

from ...connect import KsError, errors
from ...connect.access_groups import window_in
from ...rules.access import patience
from ...rules.access.access import Action, Applied, Desired, Verdict, leftover, plan
from ...tools.transactions import certainly
from ...wording.access import mistake_sentence, person_sentence
from ...wording.errors import error_sentence
from .decisions import Decision, decision_vals
from .site_health import TROUBLE

_logger = logging.getLogger(__name__)

# A site in trouble is no problem of the booking yet, unless it lasts.
PROBLEM_AFTER = 3
# Another worker is bringing a person to Salto; it will not take long.
BUSY_RETRY = timedelta(seconds=5)


@dataclass
class Job:
    """An access to work on, as it was read when the work began.

    :param wish: which wish this is the answer to; see the field
    :param applied: what Salto confirmed
    :param people: models.people_tasks.Person of each who shall get in
    :param archived: names of attendees who are archived
    :param attendee_ids: platform ids of all attendees, where nobody new shall get in
    :param is_counted_removal: the brake counts it when it is taken away
    :param by_booking: then its booking ended it
    :param under_way: the step that is being taken
    :param missing_lock: what Salto said to one of several doors
    """

    id: int
    name: str
    wish: int
    failures: int
    applied: Applied
    unsettled: bool
    lost_groups: int
    decision: Decision
    schedule: tuple[str, str] | None = None
    due: datetime | None = None
    people: tuple = ()
    archived: tuple[str, ...] = ()
    attendee_ids: frozenset[str] = frozenset()
    is_counted_removal: bool = False
    by_booking: bool = False
    under_way: Action | None = None
    missing_lock: errors.NotFound | None = None

    @property
    def lets_in(self):
        """Whether people have to be known to Salto for it."""
        verdict = self.decision.verdict
        return verdict is Verdict.GRANT or (
            verdict is Verdict.LATER and self.may_hold_something
        )

    @property
    def may_hold_something(self):
        return bool(self.applied.group_id or self.unsettled)


class PeopleGone(Exception):
    """People of a group are not at Salto any more: they have to be brought anew."""


class AccessTasks:
    """
    :param integration: salto.ks.integration
    :param site_id: the site's UUID
    :param people_tasks: models.people_tasks.PeopleTasks
    """

    def __init__(self, integration, site_id, people_tasks):
        self._env = integration.env
        self._site_id = site_id
        self._people_tasks = people_tasks

    def follow(self, job):
        """Bring one access to what its booking says. What goes wrong stays with it."""
        try:
            yield from self._follow(job)
        except PeopleGone:
            self._begin_again(job, person_sentence(self._env, "gone"))
        except KsError as error:
            _logger.info("Salto KS: access %s: %s", job.name, error)
            if self._is_vanished(job, error):
                self._begin_again(job, self._failure_sentence(job, error))
            else:
                self._note_failure(job, error)
        except Exception:  # pylint: disable=broad-except
            _logger.exception("Salto KS: access %s", job.name)
            self._note_failure(job, None)

    def _follow(self, job):
        if job.lets_in and job.schedule is None:
            self._wait_for_zone(job)
        elif job.lets_in:
            yield from self._give(job)
        elif job.decision.verdict is Verdict.LESS:
            yield from self._lessen(job)
        elif job.decision.verdict is Verdict.LATER:
            self._finish(job, "waiting", next_try=job.due)
        else:
            yield from self._take_away(job)

    # -- giving

    def _give(self, job):
        proof = {}
        if job.unsettled:
            yield from self._read_back(job)
            proof = {"verified_at": fields.Datetime.now()}
        members, problems, retry_at = self._members(job)
        errors_met = [one.error for one in job.people if one.error is not None]
        busy = any(one.is_awaited for one in job.people)
        desired = Desired(job.schedule, job.decision.lock_ids, members)
        steps = plan(desired, job.applied)
        if steps:
            self._save(job, state="granting", unsettled=True)
        for step in steps:
            yield from self._take(job, step, desired)
            proof = {"verified_at": fields.Datetime.now()}
        if job.missing_lock is not None:
            proof = {}
            errors_met.append(job.missing_lock)
            problems.append(error_sentence(self._env, job.missing_lock))
            retry_at = self._retry_at(job.failures + 1)
        end = job.decision.window.end.replace(tzinfo=None)
        opens = members and job.applied.lock_ids
        self._finish(
            job,
            "granting" if busy else "granted" if opens or not problems else "failed",
            next_try=min(filter(None, (end, retry_at))),
            error="\n".join(problems),
            **proof,
            failures=job.failures + 1 if errors_met or busy else 0,
            site_trouble=any(isinstance(one, TROUBLE) for one in errors_met),
        )

    def _take(self, job, step, desired):
        """Take one step of the plan; what it brought is durable right after."""
        site_id, group_id = self._site_id, job.applied.group_id
        job.under_way = step.action
        match step.action:
            case Action.ADD_GROUP:
                new_id = yield lambda salto: salto.add_access_group(site_id, job.name)
                self._hold(job, group_id=new_id)
            case Action.ADD_SCHEDULE:
                times = _moments(desired.schedule)
                new_id = yield lambda salto: salto.add_schedule(
                    site_id, group_id, *times
                )
                self._hold(job, schedule_id=new_id, schedule=desired.schedule)
            case Action.CHANGE_SCHEDULE:
                times, own_id = _moments(desired.schedule), job.applied.schedule_id
                yield lambda salto: salto.change_schedule(
                    site_id, group_id, own_id, *times
                )
                self._hold(job, schedule=desired.schedule)
            case Action.CHANGE_LOCKS:
                yield from self._change_locks(job, step)
            case Action.CHANGE_USERS:
                yield from self._change_members(job, step)
                self._hold(job, user_ids=desired.user_ids)

    def _change_locks(self, job, step):
        """If Salto misses one of several doors, the others open all the same.

        :raises NotFound: it has none of them
        """
        try:
            yield from self._send_locks(job, step.add, step.remove)
        except errors.NotFound as error:
            yield from self._check_group(job)
            if len(step.add) > 1:
                for lock_id in step.add:
                    with suppress(errors.NotFound):
                        yield from self._send_locks(job, (lock_id,))
            if not job.applied.lock_ids:
                raise
            job.missing_lock = error

    def _check_group(self, job):
        """
        :raises NotFound: it is the group itself that Salto misses
        """
        site_id, group_id = self._site_id, job.applied.group_id
        step, job.under_way = job.under_way, None
        yield lambda salto: salto.access_group(site_id, group_id)
        job.under_way = step

    def _send_locks(self, job, add, remove=()):
        site_id, group_id = self._site_id, job.applied.group_id
        yield lambda salto: salto.change_group_locks(site_id, group_id, add, remove)
        self._hold(job, lock_ids=(job.applied.lock_ids | {*add}) - {*remove})

    def _change_members(self, job, step):
        """
        :raises PeopleGone: somebody removed some of them at Salto
        """
        site_id, group_id = self._site_id, job.applied.group_id
        try:
            yield lambda salto: salto.change_group_users(
                site_id, group_id, step.add, step.remove
            )
        except errors.NotFound:
            if not (yield from self._people_tasks.forget_gone(job.people)):
                raise
            raise PeopleGone from None

    def _members(self, job):
        """Who gets in, what is wrong with the others, and when to look at them again.

        :returns: (platform ids, sentences, datetime or None)
        """
        members, problems, retry_at = set(), [], None
        for person in job.people:
            if person.platform_uuid:
                members.add(person.platform_uuid)
            problem = person.problem
            if not problem and person.blocked:
                problem = person_sentence(self._env, "blocked")
            elif not problem and not person.seated:
                kind = "suspended" if person.created_here else "suspended_there"
                problem = person_sentence(self._env, kind)
            elif not problem and person.is_awaited:
                problem = person_sentence(self._env, "busy")
            if problem:
                problems.append(f"{person.name} {problem}")
            if person.error is not None:
                retry_at = self._retry_at(job.failures + 1)
            elif person.is_awaited:
                retry_at = fields.Datetime.now() + BUSY_RETRY
        sentence = person_sentence(self._env, "archived")
        problems += [f"{name} {sentence}" for name in job.archived]
        return frozenset(members), problems, retry_at

    # -- taking away

    def _take_away(self, job):
        if job.unsettled and not job.applied.group_id:
            yield from self._find_group(job)
        group_id, site_id = job.applied.group_id, self._site_id
        if group_id:
            self._save(job, state="revoking")
            try:
                yield lambda salto: salto.delete_access_group(site_id, group_id)
            except errors.NotFound:
                yield from self._confirm_gone(job)
        job.applied = Applied()
        self._finish(job, "revoked", verified_at=fields.Datetime.now())

    def _confirm_gone(self, job):
        """ "Not found" is believed when the list says so, too."""
        site_id, group_id = self._site_id, job.applied.group_id
        listed = yield lambda salto: salto.access_groups(site_id, job.name)
        if any(group["id"] == group_id for group in listed):
            raise errors.LostAnswer("Salto lists a group that it does not find")

    def _lessen(self, job):
        """Take away what the booking gave up, and add nothing."""
        if not job.may_hold_something:
            self._close(job, None, {})
            return
        proof = {}
        if job.unsettled:
            yield from self._read_back(job)
            proof = {"verified_at": fields.Datetime.now()}
        left = leftover(job.applied, job.schedule, job.attendee_ids)
        if left is None:
            self._save(job, state="revoking", by_booking=True)
            yield from self._take_away(job)
            return
        for step in plan(left, job.applied):
            yield from self._take(job, step, left)
            proof = {"verified_at": fields.Datetime.now()}
        end = job.decision.window.end.replace(tzinfo=None)
        self._close(job, end, {"failures": 0, "site_trouble": False, **proof})

    # -- settling lost answers

    def _read_back(self, job):
        """Read what Salto holds, before anything is built on it."""
        if job.applied.group_id:
            try:
                job.applied = yield from self._read_own_group(job.applied.group_id)
            except errors.NotFound:
                # Somebody removed it at Salto: it is made anew.
                job.applied = Applied()
        else:
            yield from self._find_group(job)
        job.unsettled = False
        self._save(job, unsettled=False)

    def _find_group(self, job):
        """Find out whether a group was made whose id never reached us.

        Another database may use the same names on this site. A group of ours has
        nothing in it yet, because all else needs its id.
        """
        site_id = self._site_id
        listed = yield lambda salto: salto.access_groups(site_id, job.name)
        ids = [group["id"] for group in listed if group.get("id")]
        rows = self._env["salto.ks.access"]
        recorded = certainly(rows, lambda own: own._recorded_groups(ids))
        for group_id in ids:
            if group_id in recorded:
                continue
            found, _more = yield from read_group(site_id, group_id)
            if found == Applied(group_id):
                self._hold(job, group_id=group_id)
                return
        # It may still come: the truth pass looks for it.
        job.lost_groups += 1

    def _read_own_group(self, group_id):
        """What a group of ours holds. A second schedule, made when the answer to the
        first one got lost, is removed."""
        site_id = self._site_id
        found, more = yield from read_group(site_id, group_id)
        for schedule_id in more:
            yield lambda salto, own_id=schedule_id: salto.delete_schedule(
                site_id, group_id, own_id
            )
        return found

    # -- keeping

    def _hold(self, job, **changes):
        """Salto confirmed ``changes``."""
        job.applied = replace(job.applied, **changes)
        self._save(job)

    def _save(self, job, **vals):
        """Keep what is known of Salto, at once."""
        row = self._env["salto.ks.access"].browse(job.id)
        certainly(row, lambda own: own.write({**_held_vals(job), **vals}))

    def _finish(self, job, state, *, next_try=None, error="", **vals):
        """The work is done, for now."""
        done = {
            "state": state,
            "error": error or False,
            "failures": 0,
            "site_trouble": False,
            "unsettled": False,
        }
        self._close(job, next_try, {**done, **vals})

    def _close(self, job, next_try, vals):
        """Leave the row for later, or for at once if there is a new wish by now."""
        vals = {**_held_vals(job), **vals, **_window_vals(job.decision)}
        row = self._env["salto.ks.access"].browse(job.id)

        def write(own):
            own.write({**vals, "next_try": next_try or False})
            if own.wish != job.wish:
                own.next_try = fields.Datetime.now()

        certainly(row, write)

    def _is_vanished(self, job, error):
        """Does Salto miss something that we made there? Then it is read at once."""
        return (
            isinstance(error, errors.NotFound)
            and job.applied.group_id
            and job.decision.verdict is not Verdict.NONE
            and job.under_way is not Action.CHANGE_LOCKS
            and not self._may_be_young(job)
        )

    def _may_be_young(self, job):
        """May Salto miss somebody who was made just now, and is known in a minute?"""
        return job.under_way is Action.CHANGE_USERS and any(
            person.is_settling for person in job.people
        )

    def _begin_again(self, job, sentence):
        """With what was learnt just now; soon, and not for ever."""
        failures = job.failures + 1
        again = failures < PROBLEM_AFTER
        vals = {
            "error": sentence,
            "failures": failures,
            "site_trouble": False,
            "unsettled": True,
        }
        if job.decision.verdict is not Verdict.LESS:
            vals["state"] = "granting" if again else "failed"
        self._close(
            job, fields.Datetime.now() if again else self._retry_at(failures), vals
        )

    def _wait_for_zone(self, job):
        """Without the site's time zone nothing can be given, only taken away."""
        self._finish(
            job,
            "failed",
            next_try=job.decision.window.end.replace(tzinfo=None),
            error=self._env._(
                "The site's time zone is not known: press Resolve site ID on the site."
            ),
            unsettled=job.unsettled,
        )

    def _note_failure(self, job, error):
        """Say what is wrong, and when we try again.

        :param error: KsError, or None for a mistake of our own
        """
        trouble = isinstance(error, TROUBLE)
        not_yet = isinstance(error, errors.NotFound | errors.Forbidden)
        settling = not_yet and self._may_be_young(job)
        failures = job.failures + (not settling)
        problem = not trouble and not settling or failures >= PROBLEM_AFTER
        vals = {
            "failures": failures,
            "site_trouble": trouble,
            "unsettled": job.unsettled or _leaves_doubt(error),
        }
        if settling:
            retry_at = fields.Datetime.now() + patience.SETTLING_RETRY
            sentence = person_sentence(self._env, "waiting")
        else:
            retry_at = self._retry_at(failures, error)
            sentence = self._failure_sentence(job, error)
        vals["error"] = sentence
        if job.decision.verdict is Verdict.NONE:
            vals["state"] = "revoking"
        elif job.decision.verdict is not Verdict.LESS:
            vals["state"] = "failed" if problem else "granting"
        self._close(job, retry_at, vals)

    def _retry_at(self, failures, error=None):
        asked = error and error.retry_after
        wait = timedelta(seconds=asked) if asked else patience.backoff(failures, random)
        return fields.Datetime.now() + wait

    def _failure_sentence(self, job, error):
        if error is None:
            return mistake_sentence(self._env)
        vanished = job.applied.group_id and job.under_way is not Action.CHANGE_LOCKS
        if isinstance(error, errors.NotFound) and vanished:
            return self._env._(
                "Salto does not have any more what we made there: we look at it and "
                "make it again by ourselves."
            )
        return error_sentence(self._env, error)


def _leaves_doubt(error):
    """Is it unknown now what Salto holds?"""
    if error is None or isinstance(error, errors.NotFound):
        return True
    return error.left and not error.answered


def read_group(site_id, group_id):
    """Read what a group holds: (Applied, ids of schedules beyond the first one).

    :raises KsError: as its questions do; NotFound when there is no such group
    """
    schedules = yield lambda salto: salto.group_schedules(site_id, group_id)
    locks = yield lambda salto: salto.group_locks(site_id, group_id)
    users = yield lambda salto: salto.group_users(site_id, group_id)
    first = schedules[0] if schedules else {}
    found = Applied(
        group_id,
        first.get("id"),
        window_in(first),
        frozenset(locks),
        frozenset(users),
    )
    return found, [schedule["id"] for schedule in schedules[1:]]


def _moments(schedule):
    return tuple(datetime.fromisoformat(text) for text in schedule)


def _held_vals(job):
    applied = job.applied
    return {
        "group_uuid": applied.group_id or False,
        "schedule_uuid": applied.schedule_id or False,
        "held": {
            "schedule": applied.schedule,
            "locks": sorted(applied.lock_ids),
            "users": sorted(applied.user_ids),
        }
        if applied.group_id
        else False,
        "lost_groups": job.lost_groups,
    }


def _window_vals(decision):
    """What was taken away keeps the time it had."""
    return decision_vals(decision) if decision.verdict is not Verdict.NONE else {}
