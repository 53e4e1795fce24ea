from odoo import fields, models
from odoo.fields import NO_ACCESS

# Set where a page is made for somebody who only looks at it.
ONLY_LOOKS = "salto_ks_only_looks"


class ResourceBooking(models.Model):
    """The host's own link: it opens no door, but whoever has it may cancel the booking,
    or confirm it in time. So followers and people of other companies do not get it."""

    _inherit = "resource.booking"

    access_token = fields.Char(groups=NO_ACCESS)

    def write(self, vals):
        """The host empties the token as it cancels; here that follows by itself."""
        if not self.env.su:
            vals = {name: vals[name] for name in vals if name != "access_token"}
        return super().write(vals)

    def _salto_ks_may_have_token(self):
        """May the one who asks have the host's link?"""
        self.ensure_one()
        if self.env.su:
            return not self.env.context.get(ONLY_LOOKS)
        return self._salto_ks_attends(self.env.user) or self.has_access("write")

    def _portal_ensure_token(self):
        """An empty one for those who may not have it: the page asks for their login."""
        if not self._salto_ks_may_have_token():
            return ""
        return super(ResourceBooking, self.sudo())._portal_ensure_token()

    def _get_share_url(
        self, redirect=False, signup_partner=False, pid=None, share_token=True
    ):
        self.check_access("read")
        share_token = share_token and self._salto_ks_may_have_token()
        return super(ResourceBooking, self.sudo())._get_share_url(
            redirect, signup_partner, pid, share_token
        )

    def _sign_token(self, pid):
        return super(ResourceBooking, self.sudo())._sign_token(pid)
