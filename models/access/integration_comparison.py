import logging
from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...connect import KsError
from ...rules.access.drift import Kind
from ...services.sync.comparison import AccessComparer
from ...tools.transactions import certainly
from ...wording.errors import error_sentence
from .access import UNDER_WAY

_logger = logging.getLogger(__name__)

DOUBT_ACTIVITY = "resource_booking_salto_ks.activity_type_doubt"


class SaltoKsIntegration(models.Model):
    """Comparing with Salto: every night, and on demand with a preview."""

    _inherit = "salto.ks.integration"

    @api.model
    def _cron_verify_access(self):
        """Compare all sites with Salto, and fix what is ours; one that fails stops no
        other."""
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

    def _verify_access(self):
        """
        :raises KsError, UserError: Salto did not answer, or cannot be asked
        """
        self = self._for_staff()
        self._note_all_bookings()
        self.env["ir.cron"]._commit_progress()
        comparer = AccessComparer(self)
        comparison = comparer.compare_access()
        if not comparison.is_credible:
            self._alert_about_doubt(comparison)
            return
        self.activity_unlink([DOUBT_ACTIVITY])
        comparer.fix_drift(comparison.drift)
        self._sync_access()
        comparer.update_people()
        self._sync_access()
        if comparison.drift:
            self.message_post(body=self._drift_sentence(comparison.drift))

    def _alert_about_doubt(self, comparison):
        """It stays until a comparison is credible again."""
        self._alert_responsible(
            DOUBT_ACTIVITY,
            summary=self.env._("%s: unexpected changes at Salto", self.name),
            note=self._doubt_sentence(comparison.drift),
        )

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

    def action_verify_access(self):
        """Compare with Salto, and show what differs before anything is fixed.

        :raises UserError: Salto did not answer
        """
        self.ensure_one()
        self.check_access("write")
        self._check_gives_access()
        self.env.flush_all()
        self.env["salto.ks.access.note"].sudo()._process_notes()
        try:
            comparison = AccessComparer(self._for_staff()).compare_access()
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        if not comparison.drift:
            return self._notify(
                **certainly(self, lambda site: site._summarize_agreement())
            )
        return self.env["salto.ks.access.comparison"]._offer(self, comparison)._show()

    def _summarize_agreement(self):
        """What to say when Salto holds what is recorded; arguments of ``_notify``."""
        # Those that do not hold yet what their booking says, or not all of it.
        rows = self.env["salto.ks.access"]
        pending = rows.search_count(
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
                pending,
            ),
            "kind": "warning",
        }
