from collections import defaultdict

from odoo import models

from ...rules.times.moments import shifted


class ResourceBooking(models.Model):
    """Which other bookings have the same rooms: no door opens into their time."""

    _inherit = "resource.booking"

    def _salto_ks_find_neighbours(self, reach):
        """The other bookings of the same rooms, of whatever company, that are not
        canceled. All is read at once.

        :param reach: timedelta; how near they are at least; empty: none are asked for
        :returns: {booking: bookings}, with all rights
        """
        bookings = self.sudo().with_context(active_test=True)
        found = dict.fromkeys(bookings, bookings.browse())
        timed = bookings.filtered(lambda one: one.start and one.stop)
        rooms = timed._salto_ks_rooms()
        if not reach or not rooms:
            return found
        others = bookings.search(
            [
                ("combination_id.resource_ids", "in", rooms.ids),
                ("start", "<=", shifted(max(timed.mapped("stop")), reach)),
                ("stop", ">=", shifted(min(timed.mapped("start")), -reach)),
            ]
        )
        by_room = defaultdict(list)
        for other in others:
            for room in other._salto_ks_rooms():
                by_room[room].append(other)
        for booking in timed:
            first, last = shifted(booking.start, -reach), shifted(booking.stop, reach)
            found[booking] = booking.browse().union(
                *(
                    other
                    for room in booking._salto_ks_rooms()
                    for other in by_room[room]
                    if other != booking._origin
                    and other.start <= last
                    and other.stop >= first
                )
            )
        return found

    def _salto_ks_rooms(self):
        """A person who is booked along with a room is in no one's way there."""
        resources = self.sudo().combination_id.resource_ids
        return resources.filtered(lambda one: one.resource_type != "user")
