import logging
from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from ..connect import KsError
from ..rules.drift import Kind
from .access_truth import AccessTruth, Doubtful
from .sentences import error_sentence

_logger = logging.getLogger(__name__)


class SaltoKsIntegration(models.Model):
    """Comparing with Salto: every night by itself, and on demand with a preview."""

    _inherit = "salto.ks.integration"

    @api.model
    def _cron_verify_access(self):
        """Read all sites back and mend what is ours; one that fails stops no other."""
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
        :raises KsError, UserError: Salto did not answer, or not credibly
        """
        self._note_all_bookings()
        self.env["ir.cron"]._commit_progress()
        truth = AccessTruth(self)
        try:
            drift = truth.find_drift()
            truth.mend(drift)
            self._sync_access()
            truth.look_after_people()
        except Doubtful as doubt:
            sentence = self._doubt_sentence(doubt)
            self._call_about_doubt(sentence)
            raise UserError(sentence) from None
        self._doubt_activities().unlink()
        self._sync_access()
        if drift:
            self.message_post(body=self._drift_sentence(drift))

    def _call_about_doubt(self, sentence):
        """One activity for a manager, until a comparison is credible again."""
        if not self._doubt_activities():
            self.activity_schedule(
                "resource_booking_salto_ks.activity_type_doubt",
                summary=self.env._("%s: comparison with Salto stopped", self.name),
                note=sentence,
                user_id=self._responsible().id,
            )

    def _doubt_activities(self):
        kind = self.env.ref("resource_booking_salto_ks.activity_type_doubt")
        return self.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def _doubt_sentence(self, doubt):
        return self.env._(
            "%(name)s: Salto's answer lacks %(lacking)s things that we know, which is "
            "hardly true. Nothing was changed; look into the Salto KS dashboard.",
            name=self.name,
            lacking=doubt,
        )

    def _drift_sentence(self, drift):
        counts = Counter(one.kind for one in drift)
        return self.env._(
            "Compared with Salto: %(missing)s groups were missing and %(differs)s "
            "differed (mended), %(leftover)s were left over (removed), %(foreign)s are "
            "named like ours but not ours (left alone).",
            missing=counts[Kind.MISSING],
            differs=counts[Kind.DIFFERS],
            leftover=counts[Kind.LEFTOVER],
            foreign=counts[Kind.FOREIGN],
        )

    def action_verify_access(self):
        """Compare with Salto, and show what differs before anything is mended.

        :raises UserError: Salto did not answer, or not credibly
        """
        self.ensure_one()
        self.check_access("write")
        self._check_gives_access()
        try:
            drift = AccessTruth(self.sudo()).find_drift()
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        except Doubtful as doubt:
            raise UserError(self._doubt_sentence(doubt)) from None
        if not drift:
            return self._notify(
                self.env._("Salto holds exactly what the bookings say.")
            )
        return self.env["salto.ks.access.comparison"]._offer(self, drift)._show()
