from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS

from ...rules.reception.stay import EXTENSIONS
from ...rules.times.moments import aware
from ...tools.client_actions import notify
from ...tools.transactions import StillBusy, advisory_lock, own_transaction
from ...wording.times import local_time

# One desk after the other takes rooms: the second one sees what the first one did.
ROOMS = "salto.ks.rooms"
# The same minutes again so soon are the same press.
SAME_PRESS_SECONDS = 3


class ResourceBooking(models.Model):
    """A stay that is made longer at the desk, where the room is free.

    The host lets managers alone do so once a booking's deadline is past. Of bookings
    that are under way or about to begin, the desk may, and it is on record.
    """

    _inherit = "resource.booking"

    salto_ks_extended = fields.Json(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="{'ends': ends before each extension, 'end': the one since, 'at': when, "
        "'minutes': by how many}; times in seconds since 1970. Links that were good "
        "until one of the first ends are until the last.",
    )

    def action_salto_ks_extend(self):
        """Make the stay longer by ``salto_ks_minutes`` of the context: 15, 30 or 60.

        :raises UserError: the room is taken, or the booking is over; it says by whom
        :raises AccessError: the caller may not open doors, or works elsewhere
        """
        self.ensure_one()
        self._salto_ks_check_own_desk()
        minutes = self.env.context.get("salto_ks_minutes", EXTENSIONS[1])
        if minutes not in EXTENSIONS:
            raise UserError(
                self.env._(
                    "A stay is extended by %s minutes.",
                    ", ".join(map(str, EXTENSIONS)),
                )
            )
        self._salto_ks_check_today()
        self.env.flush_all()
        try:
            with advisory_lock(self.env, ROOMS), own_transaction(self) as own:
                if not own._salto_ks_was_just_extended(minutes):
                    own._salto_ks_extend(timedelta(minutes=minutes), self.env.user)
                stop = own.stop
        except StillBusy:
            raise UserError(
                self.env._("Somebody else is booking this room. Try again.")
            ) from None
        finally:
            self.env.invalidate_all()
        # The request's own transaction began before, and still sees the earlier end.
        return notify(
            self.env._(
                "%(guest)s may stay until %(time)s.",
                guest=self.salto_ks_guest or self.display_name,
                time=local_time(self.env, aware(stop)),
            )
        )

    def _salto_ks_was_just_extended(self, minutes):
        """Is this the second press of a double click?"""
        known = self.salto_ks_extended or {}
        ago = fields.Datetime.now().timestamp() - known.get("at", 0)
        return known.get("minutes") == minutes and ago < SAME_PRESS_SECONDS

    def _salto_ks_may_extend(self):
        """Has the board a button that makes this stay longer, until after now?"""
        longest = timedelta(minutes=max(EXTENSIONS))
        booking = self.sudo()
        return (
            booking.salto_ks_day_part == "now"
            and self._salto_ks_is_today()
            and booking.stop + longest > fields.Datetime.now()
        )

    def _salto_ks_room_ids(self):
        return self.sudo().combination_id.resource_ids.ids

    def _salto_ks_extend(self, by, user):
        """
        :param by: timedelta
        :param user: res.users who asked
        """
        stop = self.stop + by
        if stop <= fields.Datetime.now():
            raise UserError(
                self.env._("%s is over: book a walk-in instead.", self.display_name)
            )
        self._salto_ks_check_free_until(stop)
        before = self._salto_ks_end()
        # Managers may, at any time; the host asks for nothing else.
        booking = self.with_user(SUPERUSER_ID)
        try:
            booking.write({"duration": (stop - self.start).total_seconds() / 3600})
        except ValidationError:
            raise UserError(
                self.env._(
                    "%s cannot be extended: its room closes before.", self.display_name
                )
            ) from None
        known = self.salto_ks_extended or {}
        ends = known.get("ends", []) if known.get("end") == before else []
        self._salto_ks_apart_from_calendar().salto_ks_extended = {
            "ends": [*ends, before],
            "end": self._salto_ks_end(),
            "minutes": by.total_seconds() / 60,
            "at": fields.Datetime.now().timestamp(),
        }
        booking.message_post(
            body=self.env._(
                "Extended at the desk to %s.",
                local_time(self.env, aware(stop)),
            ),
            author_id=user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )

    def _salto_ks_check_free_until(self, stop):
        """
        :param stop: naive UTC
        :raises UserError: somebody comes before; it says who, and when
        """
        comes = self._salto_ks_next_booking()
        if comes and comes.start < stop:
            guest = comes.partner_ids[:1].name
            if comes._salto_ks_company() not in self.env.user.company_ids:
                guest = self.env._("another company")
            raise UserError(
                self.env._(
                    "%(room)s is booked from %(time)s by %(guest)s. It is free until "
                    "then.",
                    room=", ".join(self.combination_id.resource_ids.mapped("name")),
                    time=local_time(self.env, aware(comes.start)),
                    guest=guest,
                )
            )

    def _salto_ks_next_booking(self):
        """The next booking of one of this booking's resources, or none."""
        return (
            self.env["resource.booking"]
            .sudo()
            .search(
                [
                    ("id", "!=", self.id),
                    ("meeting_id", "!=", False),
                    ("start", ">=", self.stop),
                    ("combination_id.resource_ids", "in", self._salto_ks_room_ids()),
                ],
                order="start",
                limit=1,
            )
        )

    def _salto_ks_link_end(self, key):
        """A link that the desk's extensions reach goes on to the new end."""
        end = super()._salto_ks_link_end(key)
        known = self.sudo().salto_ks_extended or {}
        reaches = (
            end
            and known.get("end") == self._salto_ks_end()
            and int(end.timestamp()) in known["ends"]
        )
        return aware(self.sudo().stop) if reaches else end
