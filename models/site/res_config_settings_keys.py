from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.client_actions import RELOAD, notify
from ...wording.names import first_names
from .res_config_settings import ADMINISTRATORS
from .vault import KeyMissing, SecretUnreadable


class ResConfigSettings(models.TransientModel):
    """Settings › Salto KS: which key the secrets are kept with, and replacing it."""

    _inherit = "res.config.settings"

    salto_ks_keys_note = fields.Char(
        compute="_compute_salto_ks_keys", groups=ADMINISTRATORS
    )
    salto_ks_keys_trouble = fields.Text(
        compute="_compute_salto_ks_keys", groups=ADMINISTRATORS
    )
    salto_ks_keys_old = fields.Boolean(
        compute="_compute_salto_ks_keys",
        groups=ADMINISTRATORS,
        help="Some secrets still need an older key.",
    )
    salto_ks_keys_missing = fields.Boolean(
        compute="_compute_salto_ks_keys",
        groups=ADMINISTRATORS,
        help="There are secrets, and no key at all.",
    )

    def _compute_salto_ks_keys(self):
        vault = self.env["salto.ks.vault"].sudo()
        self.salto_ks_keys_missing = False
        try:
            newest, older, closed = vault._by_key()
        except SecretUnreadable as error:
            self.salto_ks_keys_note = False
            self.salto_ks_keys_trouble = str(error)
            self.salto_ks_keys_old = False
            self.salto_ks_keys_missing = isinstance(error, KeyMissing)
            return
        self.salto_ks_keys_note = self._salto_ks_keys_sentence(newest, older)
        self.salto_ks_keys_trouble = self._salto_ks_closed_text(closed)
        self.salto_ks_keys_old = bool(older)

    def _salto_ks_keys_sentence(self, newest, older):
        if older:
            return self.env._(
                "Stored secrets: %(all)s. Of these, %(older)s still need an older key.",
                all=len(newest + older),
                older=len(older),
            )
        return self.env._(
            "Secrets that use the newest key: %s. None needs an older one.", len(newest)
        )

    def action_salto_ks_use_newest_key(self):
        """Encrypt all secrets with the newest key, so that older ones may be dropped.

        :raises SecretUnreadable: there is no usable key
        """
        self.check_access("write")
        vault = self.env["salto.ks.vault"].sudo()
        vault._use_newest_key()
        newest, _older, closed = vault._by_key()
        sentence = self.env._("Secrets that now use the newest key: %s.", len(newest))
        if closed:
            doubt = self.env._("Some can be opened with no key: see below.")
            sentence = f"{sentence} {doubt}"
        else:
            rest = self.env._("Older keys are no longer needed.")
            sentence = f"{sentence} {rest}"
        kind = "warning" if closed else "success"
        return notify(sentence, kind=kind, sticky=False, then=RELOAD)

    def action_salto_ks_forget_secrets(self):
        """Begin anew after the key was lost: every site has to be connected again.

        :raises UserError: there is a key, so that nothing has to be given up
        """
        self.check_access("write")
        if not self.env["salto.ks.vault"].sudo()._has_lost_key():
            raise UserError(
                self.env._("There is an encryption key: nothing has to be forgotten.")
            )
        sites = self.env["salto.ks.integration"].sudo().with_context(active_test=False)
        for site in sites.search([("name", "!=", False)]):
            site._forget_account()
        self.env["salto.ks.vault"].sudo().search([("kind", "!=", False)]).unlink()
        return RELOAD

    # -- what no key opens

    def _salto_ks_closed_text(self, closed):
        """What no key opens: whose it is, and what to do; False if all is well.

        Tokens are left out: the next login brings another.

        :param closed: rows of the vault
        """
        lines = self._salto_ks_closed_lines(
            closed.filtered(lambda row: row.kind != "token")
        )
        if not lines:
            return False
        first = self.env._(
            "No key opens these secrets. Restore the key that they were stored with, "
            "or:"
        )
        return "\n- ".join([first, *lines])

    def _salto_ks_closed_lines(self, closed):
        sites = closed.integration_id | closed.iq_id.integration_id
        ours = sites.filtered(lambda one: one.company_id in self.env.user.company_ids)
        lines = self._salto_ks_closed_clients(closed)
        for site in ours:
            lines += self._salto_ks_closed_site(site, closed)
        if sites - ours:
            lines.append(
                self.env._(
                    "Sites of other companies: their managers have to type the "
                    "password, or activate the IQs, again."
                )
            )
        return lines

    def _salto_ks_closed_clients(self, closed):
        kinds = dict(closed._fields["kind"]._description_selection(self.env))
        return [
            self.env._("%s: type it again above, and save.", kinds[row.kind])
            for row in closed
            if not row.integration_id and not row.iq_id
        ]

    def _salto_ks_closed_site(self, site, closed):
        lines = []
        if site in closed.integration_id:
            lines.append(
                self.env._(
                    "Account password of %s: type it again on the site's tab "
                    "Authentication.",
                    site.name,
                )
            )
        iqs = closed.iq_id & site.with_context(active_test=False).iq_ids
        if iqs:
            lines.append(
                self.env._(
                    "Activation of IQs of %(site)s (%(iqs)s): ask the site owner to "
                    "reset the account's PIN on them, then press Activate PIN.",
                    site=site.name,
                    iqs=first_names(self.env, iqs.mapped("name")),
                )
            )
        return lines
