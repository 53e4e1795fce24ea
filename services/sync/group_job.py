"""An access to work on, and what is recorded of the work."""

import random
from dataclasses import replace
from datetime import timedelta

from odoo import fields

from ...connect import errors
from ...rules.access import patience
from ...rules.access.access import Action, Verdict
from ...rules.times.wall_clock import wall_clock_window
from ...tools.transactions import retried
from ...wording.access import AccessProblem, problem_sentence
from ...wording.errors import error_sentence
from .calls import TROUBLE

# A site in trouble is no problem of the booking yet, unless it lasts.
PROBLEM_AFTER = 3


class Job:
    """An access to work on, as it was read when the work began.

    What becomes of it is recorded at once, in transactions of its own.

    :param row: salto.ks.access
    :param verdict: rules.access.Verdict about it now
    :param env: superuser's, that lasts until the job is done; in the language of who
        reads about problems
    :ivar applied: what Salto confirmed
    :ivar schedule: start and end of what is desired, as Salto wants them; None while
        the site's time zone is not known
    :ivar people: services.sync.person.Person of each who shall get in
    :ivar archived: names of attendees who are archived
    :ivar attendee_ids: platform ids of all attendees, where nobody new shall get in
    :ivar under_way: the step that is being taken
    :ivar missing_lock: what Salto said to one of several doors
    """

    def __init__(self, row, verdict, env):
        self.row = row.with_env(env)
        self.verdict = verdict
        self.name, self.version, self.failures = row.name, row.version, row.failures
        self.unsettled, self.lost_groups = row.unsettled, row.lost_groups
        self.applied, self.desired = row._load_applied(), row._load_desired()
        self.schedule = self.under_way = self.missing_lock = None
        self.people, self.archived, self.attendee_ids = (), (), frozenset()
        if verdict is not Verdict.NONE:
            self._load_schedule(row.integration_id)
            self._load_attendees(row)

    def _load_schedule(self, site):
        window, zone = self.desired.window, site._site_zone()
        if zone:
            span = wall_clock_window(window.start, window.end, zone)
            self.schedule = tuple(one.isoformat(timespec="seconds") for one in span)

    def _load_attendees(self, row):
        if self.verdict is Verdict.LESS:
            # All users that stand, or stood, for the attendees.
            here = ("integration_id", "=", row.integration_id.id)
            theirs = ("partner_id", "in", self.desired.partner_ids)
            users = row.env["salto.ks.user"].search([here, theirs])
            self.attendee_ids = frozenset(users.mapped("platform_uuid")) - {False}
        else:
            attendees = row.with_context(active_test=False).booking_id.partner_ids
            archived = attendees.filtered(lambda one: not one.active)
            self.archived = tuple(archived.mapped("name"))

    @property
    def lets_in(self):
        """Whether people have to be known to Salto for it."""
        return self.verdict is Verdict.GRANT or (
            self.verdict is Verdict.LATER and self.may_hold_something
        )

    @property
    def may_hold_something(self):
        return bool(self.applied.group_id or self.unsettled)

    @property
    def end(self):
        """When nobody shall get in any more, naive UTC."""
        return self.desired.window.end.replace(tzinfo=None)

    @property
    def has_settling_people(self):
        """May Salto miss somebody who was added just now, and is known in a minute?"""
        return self.under_way is Action.CHANGE_USERS and any(
            person.is_settling for person in self.people
        )

    def _misses_group(self, error):
        """Does Salto miss something that Odoo created there, and not just a door?"""
        return (
            isinstance(error, errors.NotFound)
            and self.applied.group_id
            and self.under_way is not Action.CHANGE_LOCKS
        )

    # -- recording

    def learn(self, **changes):
        """Salto confirmed ``changes`` of what the group contains."""
        self.applied = replace(self.applied, **changes)

    def save(self, **vals):
        """Record ``vals``, and what was learnt: before each call, so that no more than
        that one call's effect can ever be unknown."""
        self._write(vals)

    def finish(self, state, **vals):
        """The work is done, for now."""
        done = {"error": False, "failures": 0, "site_trouble": False}
        self.close(**{"state": state, "unsettled": False, **done, **vals})

    def close(self, next_try=False, **vals):
        """Leave the row for later, or for at once if something else is desired now."""
        self._write({"next_try": next_try, **vals}, next_try=fields.Datetime.now())

    def _write(self, vals, **vals_if_changed):
        """
        :param vals_if_changed: what holds instead if something else is desired now
        """

        def write(row):
            new = {**self._held_vals(), **vals}
            if row.version != self.version:
                new |= vals_if_changed
                if row.state == "revoking":
                    # Nothing any more: the brake goes on counting it.
                    new.pop("state", None)
            row.write(new)

        retried(self.row, write)

    def _held_vals(self):
        applied = self.applied
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
            "lost_groups": self.lost_groups,
        }

    # -- what went wrong

    def begin_again(self, problem):
        """With what was learnt just now; soon, and not for ever.

        :param problem: of AccessProblem
        """
        failures = self.failures + 1
        again = failures < PROBLEM_AFTER
        self.close(
            fields.Datetime.now() if again else choose_retry(failures),
            error=problem_sentence(self.row.env, problem),
            failures=failures,
            site_trouble=False,
            unsettled=True,
            **self._choose_state("granting" if again else "failed"),
        )

    def record_error(self, error):
        """Say what is wrong, and when it is tried again.

        :param error: KsError, or None for a mistake of Odoo's own
        """
        env = self.row.env
        is_settling = self.has_settling_people
        is_gone = self._misses_group(error) and not is_settling
        if is_gone and self.verdict is not Verdict.NONE:
            self.begin_again(AccessProblem.GROUP_GONE)
            return
        trouble = isinstance(error, TROUBLE)
        is_settling &= isinstance(error, errors.NotFound | errors.Forbidden)
        failures = self.failures + (not is_settling)
        retry_at = choose_retry(failures, error and error.retry_after)
        if is_settling:
            retry_at = fields.Datetime.now() + patience.SETTLING_RETRY
            sentence = problem_sentence(env, AccessProblem.ATTENDEE_SETTLING)
        elif is_gone:
            sentence = problem_sentence(env, AccessProblem.GROUP_GONE)
        elif error:
            sentence = error_sentence(env, error)
        else:
            sentence = problem_sentence(env, AccessProblem.MISTAKE)
        is_problem = not (trouble or is_settling) or failures >= PROBLEM_AFTER
        self.close(
            retry_at,
            error=sentence,
            failures=failures,
            site_trouble=trouble,
            unsettled=self.unsettled or _leaves_doubt(error),
            **self._choose_state("failed" if is_problem else "granting"),
        )

    def _choose_state(self, state):
        """
        :param state: of an access that is to be given
        """
        if self.verdict is Verdict.NONE:
            return {"state": "revoking"}
        return {} if self.verdict is Verdict.LESS else {"state": state}


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
