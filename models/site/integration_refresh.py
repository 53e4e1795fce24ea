import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...connect import KsError

_logger = logging.getLogger(__name__)

# An IQ that is down for longer is not only restarting.
SOON_BACK = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=2)


class SaltoKsIntegration(models.Model):
    """Keeping up with what happens at the site: who is online, which battery dies."""

    _inherit = "salto.ks.integration"

    @api.model
    def _cron_refresh_site(self):
        """Refresh IQs and locks of every active site; one that fails stops no other."""
        self._tell_about_copies()
        sites = self.search([("state", "=", "active"), ("site_id", "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(sites))
        for site in sites.filtered(lambda one: not one.is_copy):
            try:
                site._refresh_from_salto()
            except (KsError, UserError) as error:
                # The contact has kept it, and calls a manager if it lasts.
                _logger.info("Salto KS: site %s not refreshed: %s", site.id, error)
            self.env["ir.cron"]._commit_progress(1)
        sites._look_again_soon()

    def _look_again_soon(self):
        """People wait for an IQ that went down: see soon when it is back."""
        now = fields.Datetime.now()
        if self.iq_ids.filtered_domain(
            [
                ("activation_state", "=", "activated"),
                ("offline_since", ">", now - SOON_BACK),
            ]
        ):
            cron = self.env.ref("resource_booking_salto_ks.cron_refresh_site")
            cron._trigger(at=now + LOOK_AGAIN)

    def _refresh_from_salto(self):
        """Read IQs and locks, in pages and without a call per lock.

        :raises KsError, UserError: Salto did not answer or refused
        """
        self.ensure_one()
        site_id = self._require_site()
        items = self._call(lambda client: client.iqs(site_id))
        activated = self._call(lambda client: client.activated_iqs(site_id))
        locks = self._call(lambda client: client.locks(site_id))
        self.env["salto.ks.iq"]._update_from_salto(self, items, activated)
        self.env["salto.ks.lock"]._update_from_salto(self, locks)
