"""Seats for those who have none: a task for ``errands``."""

from ...connect import errors
from ...rules.access.seats import move_seats
from ...tools.transactions import certainly


class SeatTasks:
    """
    :param integration: salto.ks.integration
    :param site_id: the site's UUID
    """

    def __init__(self, integration, site_id):
        self._integration = integration
        self._site_id = site_id

    def move(self):
        """Give seats to people who wait for one, the nearest start first."""
        people = certainly(
            self._integration, lambda site: site.env["salto.ks.user"]._sitters(site)
        )
        sitters = [sitter for sitter, _uuid in people]
        uuids = {sitter.key: uuid for sitter, uuid in people}
        try:
            yield from self._use_free_seats(sitters, uuids)
        except errors.KsError:
            return

    def _use_free_seats(self, sitters, uuids):
        """Salto does not say how many seats are free; but it refuses to go beyond."""
        waiting = move_seats(sitters, len(sitters)).take
        for number, key in enumerate(waiting):
            if not (yield from self._sit_down(key, uuids)):
                rest = [
                    one for one in sitters if one.seated or one.key in waiting[number:]
                ]
                yield from self._swap(move_seats(rest, 0), uuids)
                return

    def _swap(self, moves, uuids):
        for leaving, coming in zip(moves.give_up, moves.take, strict=True):
            yield from self._set(leaving, uuids, False)
            yield from self._sit_down(coming, uuids)

    def _sit_down(self, key, uuids):
        """:returns: whether there was a seat"""
        try:
            yield from self._set(key, uuids, True)
        except errors.InvalidRequest:
            return False
        return True

    def _set(self, key, uuids, seated):
        site_id, user_uuid = self._site_id, uuids[key]
        yield lambda salto: salto.set_subscription(site_id, user_uuid, seated)
        row = self._integration.env["salto.ks.user"].browse(key)
        certainly(row, lambda own: own._note_seat(seated))
