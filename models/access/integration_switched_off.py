"""Access at sites that are switched off: it stays at Salto until its time is over, and
Odoo goes on taking it away wherever a booking or a person wants that."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ...tools.client_actions import notify


class SaltoKsIntegration(models.Model):
    """Which sites are switched off while people have access there, and what of it."""

    _inherit = "salto.ks.integration"

    access_withdrawn = fields.Boolean(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="Switched off, and all access is taken away, until access is given again.",
    )
    kept_booking_count = fields.Integer(compute="_compute_kept", compute_sudo=True)
    kept_people_count = fields.Integer(compute="_compute_kept", compute_sudo=True)

    @api.depends("access_ids.state", "access_ids.held", "access_withdrawn")
    def _compute_kept(self):
        """Whom Salto lets in, now or later, and goes on to when the site is off."""
        rows = self.env["salto.ks.access"]
        for site in self:
            kept = rows.browse()
            if site.ids and not site.access_withdrawn:
                live = rows._live_domain(site._origin)
                kept = rows.search([*live, ("state", "!=", "revoking")])
            people = set().union(*(row._load_applied().user_ids for row in kept))
            site.kept_booking_count = len({*kept.mapped("booking_ref")})
            site.kept_people_count = len(people)

    def action_deactivate(self):
        """Switch the site off; what people have at Salto stays there.

        Whoever presses the button on the form is asked about that first. Any other
        caller wants the site off now, and is told.
        """
        self.check_access("write")
        kept = self.filtered(lambda site: site.kept_booking_count and not site.is_copy)
        if kept and len(self) == 1 and self.env.context.get("salto_ks_ask"):
            return self.env["salto.ks.deactivation"]._ask(self)
        super().action_deactivate()
        return notify(kept._kept_sentence(), kind="warning") if kept else None

    def _kept_sentence(self):
        return "\n".join(
            self.env._(
                "%(site)s is switched off. Access by tag and phone stays until it "
                "ends. Bookings with access: %(bookings)s, people: %(people)s.",
                site=site.name,
                bookings=site.kept_booking_count,
                people=site.kept_people_count,
            )
            for site in self
        )

    def action_remove_access(self):
        """Take away what people have at sites that are switched off. The scheduled
        action goes on with it until Salto confirms."""
        self.check_access("write")
        for site in self:
            if site.is_copy:
                raise UserError(site._copy_sentence())
            if site in self._access_sites():
                raise UserError(
                    self.env._(
                        "%s is active and would give the access again: deactivate it "
                        "first.",
                        site.name,
                    )
                )
        count = sum(self.mapped("kept_booking_count"))
        self.sudo().access_withdrawn = True
        return notify(
            self.env._(
                "Access is being removed at Salto; Odoo tries until Salto confirms it. "
                "Bookings: %s.",
                count,
            )
        )
