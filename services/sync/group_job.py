"""An access to work on, and what is recorded of the work."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from odoo import fields

from ...connect import errors
from ...rules.access import patience
from ...rules.access.access import Action, Applied, Verdict
from ...tools.transactions import retried
from ...wording.access import mistake_sentence, vanished_sentence, zone_sentence
from ...wording.errors import error_sentence
from ...wording.people import attendee_settling_sentence
from .decisions import Decision, decision_vals
from .site_health import TROUBLE

# A site in trouble is no problem of the booking yet, unless it lasts.
PROBLEM_AFTER = 3


@dataclass
class Job:
    """An access to work on, as it was read when the work began.

    :param wish: which wish this is the answer to; see the field
    :param applied: what Salto confirmed
    :param people: services.sync.person.Person of each who shall get in
    :param archived: names of attendees who are archived
    :param attendee_ids: platform ids of all attendees, where nobody new shall get in
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

    @property
    def end(self):
        """When nobody shall get in any more, naive UTC."""
        return self.decision.window.end.replace(tzinfo=None)

    @property
    def has_settling_people(self):
        """May Salto miss somebody who was added just now, and is known in a minute?"""
        return self.under_way is Action.CHANGE_USERS and any(
            person.is_settling for person in self.people
        )

    def misses_group(self, error):
        """Does Salto miss something that Odoo created there, and not just a door?"""
        return (
            isinstance(error, errors.NotFound)
            and self.applied.group_id
            and self.under_way is not Action.CHANGE_LOCKS
        )


class JobRecorder:
    """Records on salto.ks.access what becomes of jobs, at once.

    :param env: superuser's, in the language of who reads about problems
    """

    def __init__(self, env):
        self._env = env

    def record_held(self, job, **changes):
        """Salto confirmed ``changes`` of what the group contains."""
        job.applied = replace(job.applied, **changes)
        self.save(job)

    def save(self, job, **vals):
        row = self._env["salto.ks.access"].browse(job.id)
        retried(row, lambda own: own.write({**_held_vals(job), **vals}))

    def finish(self, job, state, *, next_try=None, error="", **vals):
        """The work is done, for now."""
        done = {
            "state": state,
            "error": error or False,
            "failures": 0,
            "site_trouble": False,
            "unsettled": False,
        }
        self.close(job, next_try, {**done, **vals})

    def close(self, job, next_try, vals):
        """Leave the row for later, or for at once if there is a new wish by now."""
        vals = {**_held_vals(job), **vals, "next_try": next_try or False}
        if job.decision.verdict is not Verdict.NONE:
            # What was taken away keeps the time it had.
            vals |= decision_vals(job.decision)
        row = self._env["salto.ks.access"].browse(job.id)

        def write(own):
            own.write(vals)
            if own.wish != job.wish:
                own.next_try = fields.Datetime.now()

        retried(row, write)

    # -- what went wrong

    def record_missing_zone(self, job):
        """Without the site's time zone nothing can be given, only taken away."""
        self.finish(
            job,
            "failed",
            next_try=job.end,
            error=zone_sentence(self._env),
            unsettled=job.unsettled,
        )

    def begin_again(self, job, sentence):
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
        now = fields.Datetime.now()
        self.close(job, now if again else choose_retry(failures), vals)

    def record_error(self, job, error):
        """Say what is wrong, and when it is tried again.

        :param error: KsError, or None for a mistake of Odoo's own
        """
        wanted = job.decision.verdict is not Verdict.NONE
        if wanted and job.misses_group(error) and not job.has_settling_people:
            self.begin_again(job, vanished_sentence(self._env))
            return
        trouble = isinstance(error, TROUBLE)
        not_yet = isinstance(error, errors.NotFound | errors.Forbidden)
        settling = not_yet and job.has_settling_people
        failures = job.failures + (not settling)
        if settling:
            retry_at = fields.Datetime.now() + patience.SETTLING_RETRY
            sentence = attendee_settling_sentence(self._env)
        else:
            retry_at = choose_retry(failures, error and error.retry_after)
            sentence = self._describe_error(job, error)
        vals = {
            "error": sentence,
            "failures": failures,
            "site_trouble": trouble,
            "unsettled": job.unsettled or _leaves_doubt(error),
        }
        if not wanted:
            vals["state"] = "revoking"
        elif job.decision.verdict is not Verdict.LESS:
            problem = not trouble and not settling or failures >= PROBLEM_AFTER
            vals["state"] = "failed" if problem else "granting"
        self.close(job, retry_at, vals)

    def _describe_error(self, job, error):
        if error is None:
            return mistake_sentence(self._env)
        if job.misses_group(error):
            return vanished_sentence(self._env)
        return error_sentence(self._env, error)


def choose_retry(failures, seconds=None):
    """When to try again, naive UTC.

    :param failures: how many in a row
    :param seconds: how long Salto asked to wait, if it did
    """
    wait = timedelta(seconds=seconds) if seconds else patience.backoff(failures, random)
    return fields.Datetime.now() + wait


def _leaves_doubt(error):
    """Is it unknown now what Salto holds?"""
    if error is None or isinstance(error, errors.NotFound):
        return True
    return error.left and not error.answered


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
