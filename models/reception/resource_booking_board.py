from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules.reception.lights import RED
from ...rules.times.moments import aware
from ...wording.times import local_time
from ..opening.resource_booking_verdict import USER_GROUP

# The desk looks at a day, and at who is still inside from the one before.
SOON = timedelta(hours=2)


class ResourceBooking(models.Model):
    """The desk's board: who is here, who comes next, who has gone."""

    _name = "resource.booking"
    _inherit = ["resource.booking", "salto.ks.board.item"]
    _board_fields = frozenset(
        {"salto_ks_arrived_at", "salto_ks_left_at", "salto_ks_last_open", "name"}
    )

    salto_ks_day_part = fields.Selection(
        [("now", "Now"), ("next", "Next"), ("over", "Over")],
        compute="_compute_salto_ks_day_part",
        search="_search_salto_ks_day_part",
        group_expand=True,
        groups=USER_GROUP,
    )
    salto_ks_guest = fields.Char(
        "Guest", compute="_compute_salto_ks_guest", groups=USER_GROUP
    )
    salto_ks_guest_phone = fields.Char(
        "Phone",
        compute="_compute_salto_ks_guest",
        search="_search_salto_ks_guest_phone",
        groups=USER_GROUP,
    )
    salto_ks_times = fields.Char(
        "Time", compute="_compute_salto_ks_times", groups=USER_GROUP
    )
    salto_ks_has_problem = fields.Boolean(
        compute="_compute_salto_ks_has_problem",
        search="_search_salto_ks_has_problem",
        groups=USER_GROUP,
    )

    def _salto_ks_note_access(self):
        """What access depends on is what the board shows."""
        self._tell_boards()
        return super()._salto_ks_note_access()

    # -- now, next, over

    @api.depends("start", "stop", "salto_ks_arrived_at", "salto_ks_left_at")
    def _compute_salto_ks_day_part(self):
        now = fields.Datetime.now()
        for booking in self:
            inside = booking.salto_ks_arrived_at and not booking.salto_ks_left_at
            if booking.salto_ks_left_at or not booking.start:
                part = "over"
            elif inside or booking.start <= now < booking.stop:
                part = "now"
            else:
                part = "next" if booking.start > now else "over"
            booking.salto_ks_day_part = part

    @api.model
    def _search_salto_ks_day_part(self, operator, value):
        if operator != "in":
            return NotImplemented
        parts = {"now": self._now_domain, "next": self._next_domain}
        domains = [parts[part]() for part in value if part in parts]
        if "over" in value:
            domains.append(~(self._now_domain() | self._next_domain()))
        return Domain.OR(domains)

    @api.model
    def _now_domain(self):
        now = fields.Datetime.now()
        under_way = Domain("start", "<=", now) & Domain("stop", ">", now)
        arrived = Domain("salto_ks_arrived_at", "!=", False)
        return Domain("salto_ks_left_at", "=", False) & (under_way | arrived)

    @api.model
    def _next_domain(self):
        return (
            Domain("start", ">", fields.Datetime.now())
            & Domain("salto_ks_left_at", "=", False)
            & Domain("salto_ks_arrived_at", "=", False)
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        """The database groups by what is not stored: it depends on the time."""
        if groupby_spec != "salto_ks_day_part":
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[groupby_spec], "read")
        columns = {
            name: SQL.identifier(alias, name)
            for name in ("start", "stop", "salto_ks_arrived_at", "salto_ks_left_at")
        }
        return SQL(
            """CASE WHEN %(left)s IS NOT NULL OR %(start)s IS NULL THEN 'over'
                    WHEN %(arrived)s IS NOT NULL THEN 'now'
                    WHEN %(start)s > %(now)s THEN 'next'
                    WHEN %(stop)s > %(now)s THEN 'now'
                    ELSE 'over' END""",
            left=columns["salto_ks_left_at"],
            arrived=columns["salto_ks_arrived_at"],
            start=columns["start"],
            stop=columns["stop"],
            now=fields.Datetime.now(),
        )

    # -- who

    @api.depends("partner_ids.name", "partner_ids.phone")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_salto_ks_guest(self):
        for booking in self:
            own = booking.filtered(lambda one: one._salto_ks_is_own())
            guests = own.sudo().partner_ids
            booking.salto_ks_guest = ", ".join(guests.mapped("name"))
            booking.salto_ks_guest_phone = guests.filtered("phone")[:1].phone

    @api.model
    def _search_salto_ks_guest_phone(self, operator, value):
        return [("partner_ids.phone", operator, value)]

    @api.depends("start", "stop")
    @api.depends_context("tz", "lang")
    def _compute_salto_ks_times(self):
        for booking in self:
            start, stop = map(aware, (booking.start, booking.stop))
            if not start:
                booking.salto_ks_times = False
                continue
            # Past midnight goes without saying.
            near = stop if stop - start < timedelta(days=1) else start
            booking.salto_ks_times = "–".join(
                [local_time(self.env, start), local_time(self.env, stop, near=near)]
            )

    # -- what needs somebody

    @api.depends("salto_ks_lights")
    def _compute_salto_ks_has_problem(self):
        # Without a word: there may be many bookings to count.
        own = self.filtered(lambda one: one._salto_ks_is_own())
        (self - own).salto_ks_has_problem = False
        for booking, (lights, *_door) in own._salto_ks_find_lights().items():
            booking.salto_ks_has_problem = any(
                light.state == RED for light in lights.values()
            )

    @api.model
    def _search_salto_ks_has_problem(self, operator, value):
        """Of today's bookings: a problem of next year is none for the desk."""
        if operator != "in":
            return NotImplemented
        today = self.search(self._salto_ks_today_domain())
        return [("id", "in", today.filtered("salto_ks_has_problem").ids)]

    @api.model
    def _salto_ks_today_domain(self):
        """Bookings of the user's day, and those whose guest is still inside."""
        here = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        first, last = (
            (midnight + timedelta(days=days)).astimezone(timezone.utc)
            for days in (0, 1)
        )
        first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
        alive = Domain("state", "in", ("scheduled", "confirmed"))
        today = Domain("start", "<", last) & Domain("stop", ">", first)
        return alive & (today | Domain(self._inside_domain()))

    @api.model
    def _inside_domain(self):
        return [("salto_ks_arrived_at", "!=", False), ("salto_ks_left_at", "=", False)]

    @api.model
    def get_salto_ks_numbers(self):
        """What stands above the board: how many arrive soon, are inside, need somebody,
        and are over but not out.

        :returns: {arriving, inside, problems, overdue}
        :raises AccessError: the caller has no right to open doors
        """
        self._salto_ks_check_right()
        now = fields.Datetime.now()
        today = self.search(self._salto_ks_today_domain())
        inside = today.filtered(
            lambda one: one.salto_ks_arrived_at and not one.salto_ks_left_at
        )
        coming = today.filtered(
            lambda one: not one.salto_ks_arrived_at and now < one.start <= now + SOON
        )
        return {
            "arriving": len(coming),
            "inside": len(inside),
            "problems": len(today.filtered("salto_ks_has_problem")),
            "overdue": len(inside.filtered(lambda one: one.stop <= now)),
        }
