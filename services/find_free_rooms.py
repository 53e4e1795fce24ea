"""Which rooms of a booking type somebody could walk into now."""

from datetime import datetime, timedelta, timezone

from ..rules.reception.free_rooms import free_until

# Nobody who walks in stays longer.
HORIZON = timedelta(hours=24)


class FreeRooms:
    """The rooms of one booking type that are free now, each with its end.

    The host decides in the end, when the booking is made. This tells before, and for
    all rooms at once.

    :param booking_type: resource.booking.type, one; the rooms that the user may read
    :param now: aware datetime; None: the present
    """

    def __init__(self, booking_type, now=None):
        self._type = booking_type
        self._now = (now or datetime.now(timezone.utc)).replace(microsecond=0)
        self._horizon = self._now + HORIZON
        self._hours = {}
        combinations = (
            booking_type.combination_rel_ids.sorted().combination_id.filtered("active")
        )
        resources = combinations.resource_ids
        self._busy = self._find_busy(resources)
        self._ends = {
            combination: self._free_until(combination) for combination in combinations
        }

    @property
    def rooms(self):
        """resource.resource that are free, those that are no persons first."""
        free = [one for one, end in self._ends.items() if end]
        resources = self._type.env["resource.resource"].union(
            *(one.resource_ids for one in free)
        )
        return resources.sorted(lambda one: one.resource_type == "user")

    def end(self, room):
        """Until when the room is free, an aware datetime; None if it is taken."""
        ends = [
            end for one, end in self._ends.items() if end and room in one.resource_ids
        ]
        return max(ends, default=None)

    def combination(self, room, until):
        """What to book for a room until then, with no more than it needs.

        :returns: resource.booking.combination; empty if the room is not free so long
        """
        fitting = [
            one
            for one, end in self._ends.items()
            if end and end >= until and room in one.resource_ids
        ]
        fitting.sort(key=lambda one: len(one.resource_ids))
        return (
            fitting[0] if fitting else self._type.combination_rel_ids.combination_id[:0]
        )

    def _free_until(self, combination):
        calendars = [self._type.resource_calendar_id]
        for resource in combination.resource_ids:
            calendars.append(combination.forced_calendar_id or resource.calendar_id)
        return free_until(
            self._now,
            self._horizon,
            [self._open_hours(one) for one in calendars if one],
            [
                interval
                for resource in combination.resource_ids
                for interval in self._busy.get(resource.id, ())
            ],
        )

    def _open_hours(self, calendar):
        if calendar not in self._hours:
            # Without a resource, the host does not look for bookings there.
            hours = calendar._work_intervals_batch(self._now, self._horizon)[False]
            self._hours[calendar] = [(start, stop) for start, stop, _what in hours]
        return self._hours[calendar]

    def _find_busy(self, resources):
        """{resource id: intervals in which it is booked or on leave}."""
        env = self._type.env
        window = [
            (self._horizon.replace(tzinfo=None)),
            (self._now.replace(tzinfo=None)),
        ]
        busy = {}
        bookings = (
            env["resource.booking"]
            .sudo()
            .search(
                [
                    ("start", "<", window[0]),
                    ("stop", ">", window[1]),
                    ("meeting_id", "!=", False),
                    ("combination_id.resource_ids", "in", resources.ids),
                ]
            )
        )
        for booking in bookings:
            for resource in booking.combination_id.resource_ids:
                interval = (_aware(booking.start), _aware(booking.stop))
                busy.setdefault(resource.id, []).append(interval)
        leaves = (
            env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("date_from", "<", window[0]),
                    ("date_to", ">", window[1]),
                    ("resource_id", "in", resources.ids),
                ]
            )
        )
        for leave in leaves:
            interval = (_aware(leave.date_from), _aware(leave.date_to))
            busy.setdefault(leave.resource_id.id, []).append(interval)
        return busy


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
