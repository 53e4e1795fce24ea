from odoo import api, models

NEWS = "salto_ks_board"
DESK = "resource_booking_salto_ks.group_salto_ks_user"


class SaltoKsBoardItem(models.AbstractModel):
    """Something that the desk's board shows: it tells the open boards when it changes.

    What is told is only *that* something changed: each board asks for what its user may
    read. Once a transaction is enough.
    """

    _name = "salto.ks.board.item"
    _description = "Shown on the desk's board"

    # Names of the fields whose changes the board shows.
    _board_fields = frozenset()

    def write(self, vals):
        result = super().write(vals)
        if self._board_fields & vals.keys():
            self._tell_boards()
        return result

    @api.model
    def _tell_boards(self):
        told = self.env.cr.precommit.data
        if not told.get(NEWS):
            told[NEWS] = True
            self.env.ref(DESK).sudo()._bus_send(NEWS, {})
