from odoo import fields, models

from ...rules.opening.callers import Person, identify

USER_GROUP = "resource_booking_salto_ks.group_salto_ks_user"


class ResourceBooking(models.Model):
    """Who asks for a booking's doors, and whose booking it is."""

    _inherit = "resource.booking"

    salto_ks_company_id = fields.Many2one(
        "res.company",
        compute="_compute_salto_ks_company_id",
        store=True,
        # Computed as the booking is made, and never from what somebody sends along.
        precompute=True,
        copy=False,
        index="btree_not_null",
        help="The company that the booking was made in. Where its type belongs to no "
        "company, guests open doors of this one only.",
    )

    def _compute_salto_ks_company_id(self):
        """Depends on nothing: who edits a booking later does not make it theirs.

        Bookings that were there before this addon are their organizer's company's.
        """
        for booking in self:
            is_new = not booking._origin
            company = self.env.company if is_new else booking.user_id.company_id
            booking.salto_ks_company_id = company

    def _salto_ks_company(self):
        """The company that the booking belongs to: its type's, or else the one that it
        was made in."""
        booking = self.sudo()
        return booking.type_id.company_id or booking.salto_ks_company_id

    def _salto_ks_caller(self, channel="backend", link_end=None):
        """Who asks, for the rules. Every road to a door asks here, and nowhere else.

        :param channel: as on salto.ks.opening; the portal's page speaks as superuser
            for the user who looks at it
        :param link_end: the end, an aware datetime, of the link that this person holds
            for this booking; None without a valid link
        :returns: rules.callers.Caller
        """
        user = self.env.user
        is_on_portal = channel == "portal"
        return identify(
            Person(
                is_odoo=self._salto_ks_is_odoo(channel),
                is_internal=user._is_internal(),
                has_right=user.has_group(USER_GROUP),
                company_ids=frozenset(self.env.companies.ids),
                is_on_portal=is_on_portal,
                attends=not user._is_public()
                and user.partner_id in self.sudo().partner_ids,
                link_end=link_end,
                booking_company_id=self._salto_ks_company().id or None,
            )
        )

    def _salto_ks_is_odoo(self, channel):
        """Is it Odoo's own code that asks? Automation rules run as superuser, whoever
        set them off: it is that person who needs the right. So does the portal."""
        if channel == "backend":
            return self.env.su
        return channel == "automation" and self.env.user._is_superuser()
