import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...connect import KsError
from ...services.sync.site_pass import AccessPass
from ...tools.client_actions import notify
from ...tools.transactions import retried
from ...wording.brake import brake_sentence

_logger = logging.getLogger(__name__)


class SaltoKsIntegration(models.Model):
    """Passes over a site: by the scheduled action, and by hand."""

    _inherit = "salto.ks.integration"

    @api.model
    def _cron_sync_access(self):
        """Bring all sites to what their bookings say; one that fails stops no other."""
        crons = self.env["ir.cron"]
        self._tell_about_copies()
        # A site that does not answer takes long to do so: it makes no other wait.
        sites = self._reached_sites().sorted(lambda site: site._is_failing())
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
        retried(self.env["salto.ks.access"], lambda rows: rows._alert_about_problems())
        self._plan_next_retry()
        crons._commit_progress(remaining=0)

    @api.model
    def _plan_next_retry(self):
        """Have the scheduled action run when the next one is to be tried again."""
        next_try = retried(self, lambda own: own._next_retry())
        if next_try:
            self.env.ref("resource_booking_salto_ks.cron_sync_access")._trigger(
                next_try
            )

    @api.model
    def _next_retry(self):
        """When the next one is to be tried again that failed; None if none is."""
        waiting = self.env["salto.ks.access"].search(
            [
                ("next_try", ">", fields.Datetime.now()),
                ("error", "!=", False),
                ("integration_id", "in", self._reached_sites().ids),
            ],
            order="next_try",
            limit=1,
        )
        return waiting.next_try

    def _sync_access(self, only=None, urgent=False, goes_on=lambda done: True):
        """One pass over a site. Whatever goes wrong with the site stays with it.

        :param only: salto.ks.access to work on; None: all that is due
        :param urgent, goes_on: see AccessPass
        """
        self.ensure_one()
        if self not in self._reached_sites():
            return
        try:
            ids = None if only is None else only.ids
            AccessPass(self._for_staff(), ids, urgent).run(goes_on)
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

    # -- by hand

    def action_sync_access(self):
        """Bring Salto to what the bookings say, now."""
        self.ensure_one()
        self.check_access("write")
        self._check_gives_access()
        return self._sync_and_notify()

    def _sync_and_notify(self):
        self.env.flush_all()
        retried(self, lambda site: site._make_all_due())
        self._sync_access(urgent=True)
        self._plan_next_retry()
        return notify(**retried(self, lambda site: site._summarize_sync()))

    def _find_why_not_kept(self, to_remove=False):
        """Why access at this site cannot be changed now, as a sentence; or "".

        :param to_remove: it is only to be taken away, which a switched-off site allows
        """
        try:
            if to_remove:
                self._identity()
            else:
                self._check_gives_access()
        except UserError as error:
            return str(error)
        return ""

    def _check_gives_access(self):
        """
        :raises UserError: it does not, or cannot; the sentence says what to do
        """
        if self.is_copy:
            raise UserError(self._copy_sentence())
        if self not in self._access_sites():
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
