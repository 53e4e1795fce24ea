from datetime import timedelta

from odoo import api, fields, models

from ...tools.activities import schedule_activity

# So long before the start a person can still do something about it.
TELL_BEFORE = timedelta(hours=24)
ACTIVITY = "resource_booking_salto_ks.activity_type_access"


class SaltoKsAccess(models.Model):
    """Access that is wrong shortly before it is needed is told to a person in time."""

    _inherit = "salto.ks.access"

    _wrong = models.Index("(starts_at) WHERE error IS NOT NULL")
    _told = models.Index("(id) WHERE told")

    told = fields.Boolean(
        readonly=True, help="Somebody has an activity about what is wrong."
    )

    @api.model
    def _tell_about_problems(self):
        """One activity on the booking for each access with a problem that lasts; it
        goes when the problem does."""
        now = fields.Datetime.now()
        wrong = self.search(
            [
                ("error", "!=", False),
                # One failure alone may be a hiccup.
                ("failures", "!=", 1),
                ("starts_at", "<", now + TELL_BEFORE),
                ("ends_at", ">", now),
                ("told", "=", False),
                ("booking_id", "!=", False),
            ]
        )
        for access in wrong:
            access._tell()
        for access in self.search([("told", "=", True)]):
            if not access.error or access.ends_at < now:
                access._untell()

    def _tell(self):
        responsible = self.integration_id._responsible()
        organizer = self.booking_id.user_id
        person = organizer.active and organizer or responsible
        env = self.with_context(lang=person.lang).env
        schedule_activity(
            self.booking_id,
            ACTIVITY,
            summary=env._("Access at %s is not right", self.integration_id.name),
            note=self.error,
            person=person,
        )
        self.told = True

    def _untell(self):
        self.booking_id.activity_unlink([ACTIVITY])
        self.told = False
