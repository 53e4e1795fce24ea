"""One pass over a site: what is due, a few at a time, until nothing is."""

import logging
import time
from collections import Counter, defaultdict
from datetime import timezone
from itertools import takewhile

from odoo import fields
from odoo.fields import Domain

from ...rules.access.access import choose_verdict
from ...tools.transactions import retried, skip_locked
from ...wording.access import AccessProblem, problem_sentence
from .calls import SILENCE, SiteCalls
from .group_job import Job, choose_retry
from .group_task import GroupTasks
from .people_task import PeopleTasks
from .person import load_people

_logger = logging.getLogger(__name__)

# So few that a cancellation which comes meanwhile does not wait for long.
AT_ONCE = 20
# Among so many due ones some are looked for that no other worker has taken.
CHOICE = 10 * AT_ONCE
# A row that comes back more often within one pass has to wait for the next one.
MOST_TURNS = 3
# Seconds that are worth waiting for when Salto asks to be called less.
LONGEST_WAIT = 5


class AccessPass:
    """Gives and takes away what the bookings of one site ask for.

    All facts are read and written in short transactions of their own.

    :param integration: salto.ks.integration, a site that gives access
    :param only: ids of salto.ks.access to work on, whatever their time; None: all that
        are due
    :param urgent: a person waits: neither a pause nor a back-off counts
    :raises UserError: the site cannot be talked to
    """

    def __init__(self, integration, only=None, urgent=False):
        self._integration = integration
        self._only = only
        self._urgent = urgent
        self._salto = SiteCalls(integration)
        self._people_tasks = PeopleTasks(integration, self._salto)
        self._group_tasks = GroupTasks(integration.env, self._salto, self._people_tasks)
        self._turns = Counter()
        self._stuck = set()
        self._removed = {}
        self._live = None
        self._woken = False

    def run(self, goes_on=lambda done: True):
        """Work until nothing is due.

        :param goes_on: called with the number of rows done after each part; a false
            answer ends the pass early
        """
        self._salto.run(self._run(goes_on))
        self._record_health()

    async def _run(self, goes_on):
        env = self._integration.env
        done = 0
        while True:
            notes = env["salto.ks.access.note"]
            self._stuck = notes._process_notes(without=self._stuck)
            ids, wait = retried(self._integration, self._find_next)
            self._woken |= self._salto.answered
            if not ids:
                break
            if wait:
                time.sleep(wait)
                self._salto.paused_until = None
            with skip_locked(env, "salto.ks.access", ids, AT_ONCE) as mine:
                await self._work_on(mine)
            done += len(mine)
            self._turns.update(mine)
            if not mine or self._salto.is_silent or not goes_on(len(mine)):
                break
        if done and not self._salto.is_out_of_order:
            await self._people_tasks.move_seats()

    # -- what is due

    def _find_next(self, site):
        """Ids of what this pass may work on now, and how many seconds to wait before.

        :param site: the integration, in a transaction of its own
        """
        wait = self._find_wait(site)
        if wait > LONGEST_WAIT:
            return [], wait
        rows = site.env["salto.ks.access"]
        if self._salto.answered and not self._woken:
            # Whoever waits because the site did not answer need wait no longer.
            rows._make_waiting_due(site, [*self._turns])
        rows._mark_abandoned(site)
        if self._only is not None:
            return self._find_asked_for(rows), wait
        brake, self._live = site._choose_brake(self._removed, self._live)
        ids = rows._find_due(
            site,
            CHOICE,
            without=[key for key, n in self._turns.items() if n >= MOST_TURNS],
            brake=brake,
            probe=not self._turns,
        )
        return ids, wait

    def _find_wait(self, site):
        """How many seconds to leave the site alone, as Salto asked."""
        until = self._salto.paused_until or site.contact_ids[:1].paused_until
        if self._urgent or not until:
            return 0
        return max(0, (until - fields.Datetime.now()).total_seconds())

    def _find_asked_for(self, rows):
        """Each once, and again what could not be finished. No brake stops it."""
        again = [one for one in self._only if 0 < self._turns[one] < MOST_TURNS]
        due = rows.search([("id", "in", again), *rows._due_domain()]).ids
        return [one for one in self._only if not self._turns[one] or one in due]

    # -- working

    async def _work_on(self, ids):
        jobs = self._load_safely(ids)
        await self._update_people([job for job in jobs if job.lets_in])
        await self._for_each(jobs, self._group_tasks.synchronize_group)

    async def _for_each(self, items, work):
        """Work on each, but begin with none once the site is out of order."""
        in_order = takewhile(lambda _one: not self._salto.is_out_of_order, items)
        await self._salto.for_each(in_order, work)

    async def _update_people(self, jobs):
        """Make Salto know all whom these jobs let in, each by one worker only."""
        if not jobs:
            return
        partner_ids = {one for job in jobs for one in job.desired.partner_ids}
        kind = f"salto.ks.user:{self._integration.id}"
        with skip_locked(self._integration.env, kind, partner_ids) as mine:
            people = retried(
                self._integration, lambda site: load_people(site, partner_ids)
            )
            by_name = defaultdict(list)
            for person in people.values():
                person.busy = person.needs_work and person.partner_id not in mine
                if person.needs_work and not person.busy:
                    by_name[person.email or person.tag_number].append(person)
            # Those who share an address are one and the same at Salto.
            await self._for_each(by_name.values(), self._people_tasks.update_people)
        for job in jobs:
            job.people = tuple(
                people[one] for one in job.desired.partner_ids if one in people
            )

    def _load_safely(self, ids):
        """The jobs behind rows; where that fails, one by one: none stops another."""
        rows = self._integration.env["salto.ks.access"].browse(ids)
        try:
            return retried(rows, self._load)
        except Exception:
            if len(ids) > 1:
                return [job for one in ids for job in self._load_safely([one])]
            _logger.exception("Salto KS: looking at access %s", *ids)
            retried(rows, self._record_mistake)
            return []

    def _load(self, rows):
        """The jobs behind rows: what is desired, compared with the time."""
        site = self._integration.with_env(rows.env)
        is_off = site not in site._access_sites()
        if is_off and site not in site._switched_off_sites():
            return []
        rows, now = rows.exists(), fields.Datetime.now().replace(tzinfo=timezone.utc)
        counted = rows.filtered_domain(
            Domain(site._removal_domain()) & site._counted_domain()
        )
        self._removed.update({row.id: row.by_booking for row in counted})
        return [
            Job(
                row,
                choose_verdict(
                    now, row._load_desired(), withheld=row.withheld, is_off=is_off
                ),
                self._integration.env,
            )
            for row in rows
        ]

    def _record_mistake(self, rows):
        """Odoo cannot even read what should be there: later, again."""
        for row in rows.exists():
            failures = row.failures + 1
            row.write(
                {
                    "error": problem_sentence(row.env, AccessProblem.MISTAKE),
                    "failures": failures,
                    "next_try": choose_retry(failures),
                }
            )

    # -- the site as such

    def _record_health(self):
        """Keep what the pass told about the site."""
        status = self._integration.env["salto.ks.site.status"].sudo()
        trouble = self._salto.last_trouble
        if self._salto.is_out_of_order and isinstance(trouble, SILENCE):
            status._record_call(self._integration, trouble)
        elif self._salto.answered:
            status._record_call(self._integration)
        until = self._salto.paused_until
        if until:
            retried(status, lambda own: own._record_pause(self._integration, until))
