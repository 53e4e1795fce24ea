import logging
from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...connect import KsError
from ...rules.access.drift import Kind
from ...services.sync.comparison import AccessComparer
from ...services.sync.site_pass import AccessPass
from ...tools.client_actions import notify
from ...tools.transactions import retried
from ...wording.access import brake_sentence
from ...wording.errors import error_sentence
from .access import UNDER_WAY

_logger = logging.getLogger(__name__)

SYNC_CRON = "resource_booking_salto_ks.cron_sync_access"
DOUBT_ACTIVITY = "resource_booking_salto_ks.activity_type_doubt"


class SaltoKsIntegration(models.Model):
    """Passes over a site and comparisons with Salto, scheduled and by hand."""

    _inherit = "salto.ks.integration"

    @api.model
    def _cron_sync_access(self):
        """Synchronize all sites with their bookings; one that fails stops no other."""
        crons = self.env["ir.cron"]
        self._tell_about_copies()
        # A site that does not answer takes long to do so: it makes no other wait.
        sites = self._reached_sites().sorted(lambda site: bool(site.failing_since))
        # As long as something remains, Odoo calls this again at once.
        time_left = crons._commit_progress(remaining=len(sites))

        def goes_on(done):
            nonlocal time_left
            time_left = crons._commit_progress(done, remaining=1)
            return time_left > 0

        for site in sites:
            site._sync_access(goes_on=goes_on)
            if not time_left:
                return
        self._plan_next_retry(alert=True)
        crons._commit_progress(remaining=0)

    @api.model
    def _cron_verify_access(self):
        """Compare all sites with Salto, and fix what is Odoo's own; one that fails
        stops no other."""
        sites = self._access_sites()
        self.env["ir.cron"]._commit_progress(remaining=len(sites))
        for site in sites:
            try:
                site._verify_access()
            except (KsError, UserError) as error:
                _logger.info("Salto KS: site %s not compared: %s", site.id, error)
            except Exception:
                _logger.exception("Salto KS: comparing site %s broke off", site.id)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _plan_next_retry(self, alert=False):
        """Have the scheduled action run when the next one is to be tried again.

        :param alert: tell people what is wrong, too
        """

        def find(sites):
            rows = sites.env["salto.ks.access"]
            if alert:
                rows._alert_about_problems()
            return rows._find_next_retry(sites._reached_sites())

        next_try = retried(self, find)
        if next_try:
            self.env.ref(SYNC_CRON)._trigger(next_try)

    def _sync_access(self, only=None, urgent=False, goes_on=lambda done: True):
        """One pass over a site. Whatever goes wrong with the site stays with it.

        :param only, urgent, goes_on: see AccessPass
        """
        self.ensure_one()
        if self not in self._reached_sites():
            return
        try:
            AccessPass(self._for_staff(), only, urgent).run(goes_on)
        except (KsError, UserError) as error:
            _logger.info("Salto KS: no access synchronised at %s: %s", self.id, error)
        except Exception:
            # A mistake about one site must not cost the others their access.
            _logger.exception("Salto KS: synchronising %s broke off", self.id)

    def _for_staff(self):
        """This site with all rights, and in the language of whom it calls: what is
        stored is read by people, whoever happened to write it."""
        site = self.sudo()
        return site.with_context(lang=site._responsible().lang)

    def _verify_access(self):
        """
        :raises KsError, UserError: Salto did not answer, or cannot be asked
        """
        self = self._for_staff()
        self._note_all_bookings()
        self.env["ir.cron"]._commit_progress()
        comparer = AccessComparer(self)
        drift, credible = comparer.run(comparer.compare_access())
        if not credible:
            # It stays until a comparison is credible again.
            self._alert_responsible(
                DOUBT_ACTIVITY,
                summary=self.env._("%s: unexpected changes at Salto", self.name),
                note=self._doubt_sentence(drift),
            )
            return
        self.activity_unlink([DOUBT_ACTIVITY])
        comparer.run(comparer.fix_drift(drift))
        self._sync_access()
        comparer.run(comparer.update_people())
        self._sync_access()
        if drift:
            self.message_post(body=self._drift_sentence(drift))

    def _doubt_sentence(self, drift):
        counts = Counter(one.kind for one in drift)
        return self.env._(
            "Missing at Salto: %(groups)s groups created by Odoo and %(people)s known "
            "users. Nothing was changed, because somebody may have removed them on "
            "purpose. Press Compare with Salto to see which, and to create them again.",
            groups=counts[Kind.MISSING],
            people=counts[Kind.PERSON],
        )

    def _drift_sentence(self, drift):
        counts = Counter(one.kind for one in drift)
        return self.env._(
            "Compared with Salto: %(missing)s groups were missing and %(differs)s "
            "differed (fixed), %(leftover)s were left over (removed), %(foreign)s were "
            "not created by Odoo (left alone), %(people)s users were gone (added again "
            "where they have access).",
            missing=counts[Kind.MISSING],
            differs=counts[Kind.DIFFERS],
            leftover=counts[Kind.LEFTOVER],
            foreign=counts[Kind.FOREIGN],
            people=counts[Kind.PERSON],
        )

    # -- by hand

    def action_sync_access(self):
        """Synchronize Salto with the bookings, now."""
        self.ensure_one()
        self.check_access("write")
        self._check_reachable()
        return self._sync_and_notify()

    def _sync_and_notify(self):
        self.env.flush_all()
        retried(self, lambda site: site._make_all_due())
        self._sync_access(urgent=True)
        self._plan_next_retry()
        return notify(**retried(self, lambda site: site._summarize_sync()))

    def _check_reachable(self, to_remove=False):
        """
        :param to_remove: access is only to be taken away, which a switched-off site
            allows
        :raises UserError: access here cannot be changed; the sentence says what to do
        """
        if self.is_copy:
            raise UserError(self._copy_sentence())
        if not to_remove and self not in self._access_sites():
            raise UserError(
                self.env._(
                    "Access is not kept for %s: activate the site and switch Keep "
                    "access groups on first.",
                    self.name,
                )
            )
        self._require_site()
        self._identity()

    def _make_all_due(self):
        self._note_all_bookings()
        self.access_ids.filtered("error")._make_due()
        self.ks_user_ids.filtered("problem").write({"asked_for": False})

    def _summarize_sync(self):
        """What there is after a pass, as arguments of ``notify``."""
        self._compute_access_counts()
        contact = self.contact_ids[:1]
        if contact.brake_at:
            return {
                "message": brake_sentence(self.env, self.brake_spares_bookings),
                "kind": "danger",
            }
        sentences = [
            self.env._("Bookings with access at Salto: %s.", self.access_count)
        ]
        if self.access_problem_count:
            sentences.append(
                self.env._(
                    "Bookings with a problem: %s. See Access.",
                    self.access_problem_count,
                )
            )
        if contact.failing_since:
            sentences.append(contact.last_error)
        troubled = self.access_problem_count or contact.failing_since
        return {
            "message": " ".join(sentences),
            "kind": "warning" if troubled else "success",
        }

    def action_verify_access(self):
        """Compare with Salto, and show what differs before anything is fixed.

        :raises UserError: Salto did not answer
        """
        self.ensure_one()
        self.check_access("write")
        self._check_reachable()
        self.env.flush_all()
        self.env["salto.ks.access.note"].sudo()._process_notes()
        try:
            comparer = AccessComparer(self._for_staff())
            drift, credible = comparer.run(comparer.compare_access())
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        if not drift:
            return notify(**retried(self, lambda site: site._summarize_agreement()))
        dialog = self.env["salto.ks.access.comparison"]
        return dialog._offer(self, drift, credible)._show()

    def _summarize_agreement(self):
        """What to say when Salto holds what is recorded; arguments of ``notify``."""
        # Those that do not hold yet what their booking says, or not all of it.
        rows = self.env["salto.ks.access"]
        pending = rows.search(
            Domain("integration_id", "=", self.id)
            & (
                rows._due_domain()
                | Domain("error", "!=", False)
                | Domain("state", "in", UNDER_WAY)
            )
        )
        if not pending:
            return {"message": self.env._("Salto matches the bookings.")}
        return {
            "message": self.env._(
                "Everything sent to Salto is in place, but some bookings wait or have "
                "a problem: %s. Press Synchronise now, and look at Access.",
                len({*pending.mapped("booking_ref")}),
            ),
            "kind": "warning",
        }
