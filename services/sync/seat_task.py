"""Seats for people who have none."""

from ...connect import errors
from ...rules.access.seats import move_seats
from ...tools.transactions import retried


class SeatTasks:
    """
    :param integration: salto.ks.integration
    :param salto: SiteCalls
    """

    def __init__(self, integration, salto):
        self._integration = integration
        self._salto = salto

    async def move_seats(self):
        """Give seats to people who wait for one, the nearest start first."""
        people = retried(
            self._integration,
            lambda site: site.env["salto.ks.user"]._list_sitters(site),
        )
        sitters = [sitter for sitter, _uuid in people]
        uuids = {sitter.key: uuid for sitter, uuid in people}
        try:
            await self._use_free_seats(sitters, uuids)
        except errors.KsError:
            return

    async def _use_free_seats(self, sitters, uuids):
        """Salto does not say how many seats are free; but it refuses to go beyond."""
        waiting = move_seats(sitters, len(sitters)).take
        for number, key in enumerate(waiting):
            if not await self._take_seat(key, uuids):
                rest = [
                    one for one in sitters if one.seated or one.key in waiting[number:]
                ]
                await self._swap_seats(move_seats(rest, 0), uuids)
                return

    async def _swap_seats(self, moves, uuids):
        for leaving, coming in zip(moves.give_up, moves.take, strict=True):
            await self._set_seat(leaving, uuids, False)
            await self._take_seat(coming, uuids)

    async def _take_seat(self, key, uuids):
        """:returns: whether there was a seat"""
        try:
            await self._set_seat(key, uuids, True)
        except errors.InvalidRequest:
            return False
        return True

    async def _set_seat(self, key, uuids, seated):
        await self._salto.set_subscription(uuids[key], seated)
        row = self._integration.env["salto.ks.user"].browse(key)
        retried(row, lambda own: own._record_seat(seated))
