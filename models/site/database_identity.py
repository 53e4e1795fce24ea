"""Is this the database in which a site was activated, or a copy of it?

A copy that took itself for the original would open its doors, and take away the access
that the original gives. So whoever opens a door or calls Salto asks here first.
"""

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from ...tools.activities import schedule_activity
from ...tools.transactions import StillBusy, advisory_lock, own_transaction

COPY_ACTIVITY = "resource_booking_salto_ks.activity_type_copy"
# data/neutralize.sql puts it before the identity of the original.
NEUTRALIZED = "neutralized"


def identify_database(env):
    """What tells this database from all copies of it, as a text.

    Odoo gives a copy another UUID when it makes the copy itself. A dump that is
    restored and a database made from a template keep it. What PostgreSQL knows of a
    database is not copied: its number within the server (``oid``), which two servers
    may have given alike, and the number of the server (``system_identifier``), which
    every role may read unless somebody revoked that. A copy of the whole server's disk
    cannot be told from the original; there, another name of the database helps.

    Whatever changes makes this another database: what looks like a copy by mistake is
    confirmed by a manager, what looks like the original by mistake opens doors.
    """
    uuid = env["ir.config_parameter"].sudo().get_param("database.uuid")
    [(oid, name, may_ask)] = env.execute_query(
        SQL(
            """
            SELECT oid, datname, has_function_privilege(
                       to_regprocedure('pg_control_system()'), 'EXECUTE')
              FROM pg_database WHERE datname = current_database()
            """
        )
    )
    server = "-"
    if may_ask:
        query = SQL("SELECT system_identifier FROM pg_control_system()")
        [(server,)] = env.execute_query(query)
    return f"{uuid} {server} {oid} {name}"


class SaltoKsIntegration(models.Model):
    """In which database the site was activated, and what a copy may do about it."""

    _inherit = "salto.ks.integration"

    activated_in = fields.Char(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="Identity of the database in which somebody activated the site.",
    )
    is_copy = fields.Boolean(
        compute="_compute_is_copy",
        compute_sudo=True,
        help="Activated in another database, of which this one is a copy.",
    )
    is_neutralized = fields.Boolean(
        compute="_compute_is_copy",
        compute_sudo=True,
        help="A copy that has forgotten secrets, groups and people of the original.",
    )
    told_in = fields.Char(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="Identity of the copy in which a manager was told that it is one.",
    )

    @api.depends("activated_in")
    def _compute_is_copy(self):
        here = identify_database(self.env)
        for site in self:
            there = site.activated_in or ""
            site.is_copy = bool(there) and there != here
            site.is_neutralized = there.startswith(NEUTRALIZED)

    @api.model_create_multi
    def create(self, vals_list):
        sites = super().create(vals_list)
        sites.filtered(lambda site: site.state == "active")._belong_here()
        return sites

    def write(self, vals):
        """Save. A copy that is activated goes its own way from then on."""
        if vals.get("state") != "active":
            return super().write(vals)
        copies = self.filtered("is_copy")
        result = super().write(vals)
        for copy in copies:
            copy._forget_original()
        self._belong_here()
        return result

    def action_confirm_database(self):
        """Let this copy take the place of the original: what the original gave at Salto
        belongs to this database from now on."""
        self.check_access("write")
        for site in self:
            # The original may still use the token that came along with the copy.
            site._forget_token()
        self._belong_here()

    def _belong_here(self):
        """This database is where these sites are active, and no copy of it."""
        sites = self.sudo()
        sites.activated_in = identify_database(self.env)
        sites.activity_unlink([COPY_ACTIVITY])

    def _forget_original(self):
        """A copy that is activated anew goes its own way: what the original holds at
        Salto is not ours. (Taking the original's place is something else.)"""
        self._forget_token()

    def _copy_sentence(self):
        """Why nothing happens here, and what a manager can do."""
        return self.env._(
            "This database is a copy of the one in which %s was activated, so it opens "
            "no doors and does not talk to Salto. If it takes the original's place, a "
            "manager can press Confirm this database on the site; if it is to work "
            "beside the original, Activate.",
            self.name,
        )

    @api.model
    def _tell_about_copies(self):
        """Tell a manager of each site that doors stay closed because this is a copy:
        after a restore or a move to another server nobody else would know why."""
        here = identify_database(self.env)
        sites = self.sudo().search([("state", "=", "active")]).filtered("is_copy")
        for site in sites.filtered(lambda one: one.told_in != here):
            site._for_staff()._tell_about_copy(here)

    def _tell_about_copy(self, here):
        """One activity, even when two scheduled actions come here at once.

        :param here: identity of this database
        """
        try:
            with (
                advisory_lock(self.env, COPY_ACTIVITY, self.id, patience=2),
                own_transaction(self) as site,
            ):
                if site.told_in != here:
                    site.told_in = here
                    schedule_activity(
                        site,
                        COPY_ACTIVITY,
                        summary=site.env._(
                            "%s: this database is a copy, no door opens", site.name
                        ),
                        note=site._copy_sentence(),
                        person=site._responsible(),
                    )
        except StillBusy:
            # The other one tells.
            return
