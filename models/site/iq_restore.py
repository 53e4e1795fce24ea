from odoo import models

from ...connect import KsError, errors
from ...rules.site.activation import Problem
from ...tools.transactions import durably
from ...wording.errors import error_sentence
from .iq_activation import ActivationError


class SaltoKsIq(models.Model):
    """After a reset at the device, an IQ takes no command until it is restored."""

    _inherit = "salto.ks.iq"

    def _restore(self):
        """Let Salto restore the IQ.

        What Salto shows afterwards counts, and not the answer: that may get lost, and
        somebody else may have been quicker, in the dashboard or with a second click.

        :raises ActivationError: see rules.activation.Problem
        """
        with self._activating():
            failure = self._send_restore()
            try:
                item, activated = self.integration_id._call(self._read_state)
            except KsError as error:
                raise self._restore_problem(failure or error) from None
            with durably(self) as iq:
                iq.write(iq._state_from_salto(item))
                if not iq.restore_required and not activated:
                    iq._note_activation_ended()
            if item.get("restore_required"):
                raise self._restore_problem(failure, item)

    def _send_restore(self):
        """Send the order, once; the KsError that came of it, or None."""
        try:
            self.integration_id._call(
                lambda client: client.restore_iq(*self._salto_ids())
            )
        except KsError as error:
            return error
        return None

    def _read_state(self, client):
        """The IQ as Salto shows it, and whether our account has it activated."""
        site_id, iq_id = self._salto_ids()
        rows = client.activated_iqs(site_id)
        activated = any(row["iq_id"] == iq_id and row.get("activated") for row in rows)
        return client.iq(site_id, iq_id), activated

    def _restore_problem(self, failure, item=None):
        """The ActivationError for an IQ that still waits.

        :param failure: the KsError that explains it; None if Salto took the order
        :param item: the IQ as Salto shows it, if it could be asked
        """
        if failure is None:
            return self._problem(Problem.RESTORE_GOES_ON)
        if item and not item.get("online"):
            return self._problem(Problem.OFFLINE)
        if isinstance(failure, errors.HardwareRefused):
            # Why, only its own words tell: that it has to be restored is no news.
            return ActivationError(Problem.OTHER, error_sentence(self.env, failure))
        return self._problem_of(failure)
