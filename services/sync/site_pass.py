"""One pass over a site: what is due, a few at a time, until nothing is."""

import logging
import time
from collections import Counter, defaultdict
from functools import partial
from itertools import takewhile

from odoo import fields

from ...rules.access.access import Verdict, due_at
from ...tools.transactions import retried, skip_locked
from .calls import SiteCalls
from .decisions import AccessFacts, Decision
from .group_job import Job
from .group_task import GroupTasks
from .people_task import PeopleTasks
from .person import load_people
from .seat_task import SeatTasks
from .site_health import SILENCE

_logger = logging.getLogger(__name__)

# So few that a cancellation which comes meanwhile does not wait for long.
AT_ONCE = 20
# Among so many due ones we look for some that no other worker has taken.
CHOICE = 10 * AT_ONCE
# A row that comes back more often within one pass has to wait for the next one.
MOST_TURNS = 3
# Seconds that are worth waiting for when Salto asks us to slow down.
LONGEST_WAIT = 5


class AccessPass:
    """Brings Salto to what the bookings of one site say.

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
        self._health = self._salto.health
        self._people_tasks = PeopleTasks(integration, self._salto)
        self._group_tasks = GroupTasks(integration, self._salto, self._people_tasks)
        self._seat_tasks = SeatTasks(integration, self._salto)
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
        done = 0
        while not self._is_paused():
            notes = self._integration.env["salto.ks.access.note"]
            self._stuck = notes._process_notes(without=self._stuck)
            ids = self._in_db(partial(self._find_due_ids, probe=not done))
            if not ids:
                break
            with skip_locked(
                self._integration.env, "salto.ks.access", ids, AT_ONCE
            ) as mine:
                await self._work_on(mine)
            done += len(mine)
            self._turns.update(mine)
            self._wake_waiting()
            if not mine or self._health.is_silent or not goes_on(len(mine)):
                break
        if done and not self._health.out_of_order:
            await self._seat_tasks.move_seats()

    def _in_db(self, work):
        """Result of ``work(salto.ks.access)``, in a transaction of its own."""
        return retried(self._integration.env["salto.ks.access"], work)

    # -- what is due

    def _is_paused(self):
        """Did Salto ask us to wait? What is over soon is waited for."""
        if self._urgent:
            return False
        until = self._health.paused_until or retried(
            self._integration, lambda site: site.contact_ids[:1].paused_until
        )
        wait = until and (until - fields.Datetime.now()).total_seconds()
        if not wait or wait <= 0:
            return False
        if wait > LONGEST_WAIT:
            return True
        time.sleep(wait)
        self._health.paused_until = None
        return False

    def _find_due_ids(self, rows, probe):
        """Ids of what this pass may work on now.

        :param rows: salto.ks.access
        :param probe: see ``_find_due``
        """
        site = self._integration.with_env(rows.env)
        rows._mark_abandoned(site.id)
        if self._only is not None:
            # Each once, and again what could not be finished. No brake stops it.
            open_ids = [one for one in self._only if 0 < self._turns[one] < MOST_TURNS]
            again = rows._find_due_among(open_ids)
            return [one for one in self._only if not self._turns[one] or one in again]
        brake, self._live = site._choose_brake(self._removed, self._live)
        return rows._find_due(
            site.id,
            CHOICE,
            without=[key for key, n in self._turns.items() if n >= MOST_TURNS],
            brake=brake,
            probe=probe,
        )

    def _wake_waiting(self):
        """The site answers: whoever waits because it did not need wait no longer."""
        if self._health.answered and not self._woken:
            self._woken = True
            self._in_db(
                lambda rows: rows._make_waiting_due(
                    self._integration.id, [*self._turns]
                )
            )

    # -- working

    async def _work_on(self, ids):
        jobs = self._load_safely(ids)
        await self._update_people(jobs)
        await self._for_each(jobs, self._group_tasks.synchronize_group)

    async def _for_each(self, items, work):
        """Work on each, but begin with none once the site is out of order."""
        in_order = takewhile(lambda _one: not self._health.out_of_order, items)
        await self._salto.for_each(in_order, work)

    async def _update_people(self, jobs):
        """Make Salto know all whom these jobs let in, each by one worker only."""
        giving = [job for job in jobs if job.lets_in]
        if not giving:
            return
        partner_ids = {one for job in giving for one in job.decision.partner_ids}
        kind = f"salto.ks.user:{self._integration.id}"
        with skip_locked(self._integration.env, kind, partner_ids) as mine:
            people = retried(
                self._integration, lambda site: load_people(site, partner_ids)
            )
            for partner_id, person in people.items():
                person.busy = person.needs_work and partner_id not in mine
            by_name = defaultdict(list)
            for person in people.values():
                if person.needs_work and not person.busy:
                    by_name[person.email or person.tag_number].append(person)
            # Those who share an address are one and the same at Salto.
            await self._for_each(by_name.values(), self._people_tasks.update_people)
        for job in giving:
            job.people = tuple(people[one] for one in job.decision.partner_ids)

    def _load_safely(self, ids):
        """The jobs behind rows; where that fails, one by one: none stops another."""
        try:
            return self._in_db(lambda rows: self._load(rows.browse(ids)))
        except Exception:
            if len(ids) > 1:
                return [job for one in ids for job in self._load_safely([one])]
            _logger.exception("Salto KS: looking at access %s", *ids)
            self._in_db(lambda rows: rows.browse(ids)._record_mistake())
            return []

    def _load(self, rows):
        """The jobs that are behind rows, with what their bookings say now."""
        facts = AccessFacts(rows.env)
        sites = facts.sites | facts.switched_off
        rows = rows.exists().filtered(lambda row: row.integration_id in sites)
        bookings = rows._browse_bookings(rows.mapped("booking_ref"))
        decisions = facts.decide(bookings, rows._list_withheld_keys())
        decisions |= facts.decide_where_switched_off(rows)
        nothing = Decision(Verdict.NONE)
        integration = self._integration.with_env(rows.env)
        counted = rows.filtered_domain(integration._removal_domain())
        self._removed.update({row.id: row.by_booking for row in counted})
        policy = integration._access_policy()
        return [
            self._load_job(row, decisions.get(key, nothing), integration, policy)
            for key, row in rows._map_by_key().items()
        ]

    def _load_job(self, row, decision, integration, policy):
        job = Job(
            id=row.id,
            name=row.name,
            wish=row.wish,
            failures=row.failures,
            applied=row._load_applied(),
            unsettled=row.unsettled,
            lost_groups=row.lost_groups,
            decision=decision,
        )
        if decision.verdict is Verdict.LESS:
            job.schedule = decision.schedule(integration._site_zone())
            people = row.env["salto.ks.user"]._find_all_of(
                integration, decision.partner_ids
            )
            job.attendee_ids = frozenset(people.mapped("platform_uuid"))
        elif decision.verdict is not Verdict.NONE:
            job.schedule = decision.schedule(integration._site_zone())
            job.due = due_at(decision.window, policy).replace(tzinfo=None)
            attendees = row.with_context(active_test=False).booking_id.partner_ids
            archived = attendees.filtered(lambda one: not one.active)
            job.archived = tuple(archived.mapped("name"))
        return job

    # -- the site as such

    def _record_health(self):
        """Keep what the pass told about the site."""
        contacts = self._integration.env["salto.ks.site.status"].sudo()
        trouble = self._health.last_trouble
        if self._health.out_of_order and isinstance(trouble, SILENCE):
            contacts._record_call(self._integration, trouble)
        elif self._health.answered:
            contacts._record_call(self._integration)
        paused_until = self._health.paused_until
        if paused_until:
            retried(
                self._integration,
                lambda site: site.env["salto.ks.site.status"]._record_pause(
                    site, paused_until
                ),
            )
