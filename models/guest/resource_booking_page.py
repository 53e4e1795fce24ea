import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools.misc import hash_sign, verify_hash_signed

from ...rules.opening.opening import Code
from ...rules.times.moments import aware
from ...wording.guest import (
    UNMENTIONED,
    guest_control_label,
    guest_dates,
    guest_help_sentence,
    guest_outcome_sentences,
    guest_state_label,
    guest_verdict_sentence,
)
from ...wording.times import local_time
from ..stage.resource_booking_stage import NO_SHOW

# Where the doors stand on the page.
DOORS_ANCHOR = "salto_ks_doors"
# How long the page's control may be pressed after the page was made. The page's script
# renews it long before.
INTENT_LIFE = timedelta(minutes=5)
# How long the page tells what became of a press.
RECENT = timedelta(minutes=5)
# How long a door that was opened may still be open. Afterwards that is history.
FRESH = timedelta(seconds=30)
# Seconds after which the page asks again what holds.
WHILE_OPENING, NORMALLY = 2, 30


@dataclass(frozen=True)
class GuestControl:
    """What opens one door, once. It knows the door by name: no id leaves the server."""

    label: str
    intent: str


@dataclass(frozen=True)
class GuestDoors:
    """Doors of which the same holds.

    :param opens_in: seconds until they may be opened, if only the time is missing
    :param controls: one for each door, if they may be opened
    """

    names: list[str]
    sentence: str
    opens_in: int | None
    controls: list[GuestControl]


@dataclass(frozen=True)
class GuestOutcome:
    """What became of the last press; ``state`` as in salto.ks.opening.

    :param is_fresh: False if it is history
    """

    state: str
    is_fresh: bool
    happened: str
    to_do: str


@dataclass(frozen=True)
class GuestContact:
    """Whom to call; the phone may be empty.

    :param help: what to say before the phone number
    """

    help: str
    phone: str


@dataclass(frozen=True)
class GuestCard:
    """A booking of today on the portal's first page."""

    title: str
    when: str
    url: str
    doors: list[GuestDoors]


@dataclass(frozen=True)
class GuestPage:
    """What the guest's page says about doors.

    :param help: what to say before the phone number
    :param refresh: seconds after which the page should ask again
    """

    doors: list[GuestDoors]
    outcome: GuestOutcome | None
    help: str
    phone: str
    refresh: int


class ResourceBooking(models.Model):
    """The guest's side of a booking."""

    _inherit = "resource.booking"

    def _salto_ks_for_guest(self, user):
        """This booking for whoever looks at its page on the portal.

        :param user: res.users who asks; the public user where a link came alone
        """
        self.ensure_one()
        # Guests choose no company: theirs is the one that they have booked with.
        company = user.company_ids if user._is_internal() else self._salto_ks_company()
        return (
            self.with_user(user)
            .sudo()
            .with_context(allowed_company_ids=company.ids, using_portal=False)
        )

    def _salto_ks_guest_page(self, link_end):
        """What the guest's page says about the booking's doors, or None if nothing.

        Salto is not asked.

        :param link_end: see ``_salto_ks_caller``
        :returns: GuestPage
        """
        self.ensure_one()
        if not self._salto_ks_has_page_for(link_end):
            return None
        verdicts = {
            lock: verdict
            for lock, verdict in self._salto_ks_verdicts("portal", link_end).items()
            if verdict.code not in UNMENTIONED
        }
        press = self._salto_ks_last_press()
        if not verdicts and not press:
            return None
        alike = {}
        for lock, verdict in verdicts.items():
            alike.setdefault(verdict, []).append(lock)
        integration = (press.lock_id or next(iter(verdicts))).integration_id
        contact = self._salto_ks_guest_contact(integration)
        return GuestPage(
            doors=[self._salto_ks_guest_doors(*pair) for pair in alike.items()],
            outcome=press and self._salto_ks_guest_outcome(press, verdicts),
            help=contact.help,
            phone=contact.phone,
            refresh=_seconds_to_refresh(press),
        )

    def _salto_ks_guest_contact(self, site=None):
        """
        :param site: salto.ks.integration; by default the booking's
        :returns: GuestContact
        """
        site = site or self._salto_ks_site()
        company = site.company_id or self._salto_ks_company() or self.env.company
        return GuestContact(
            help=guest_help_sentence(self.env, company.sudo().name),
            phone=site._guest_phone(company),
        )

    def _salto_ks_guest_state(self):
        """Where the booking stands, for its guest: what the stage means, which the
        house may call what it likes."""
        site, stage = self._salto_ks_site(), self.sudo().stage_id
        meanings = {
            self.env.ref(NO_SHOW, raise_if_not_found=False): "no_show",
            site.checkout_stage_id: "checked_out",
            site.checkin_stage_id: "checked_in",
        }
        if stage and stage in meanings:
            return guest_state_label(self.env, meanings[stage])
        states = self._fields["state"]._description_selection(self.env)
        return dict(states).get(self.sudo().state, "")

    def _salto_ks_guest_dates(self, short=False):
        """When the booking is, in the zone of the house; "" while it has no time.

        :param short: the start alone, for a list
        """
        booking = self.sudo()
        booking = booking.with_context(tz=booking.type_id.resource_calendar_id.tz)
        if not booking.start:
            return ""
        start = aware(booking.start)
        if short:
            return local_time(booking.env, start)
        return guest_dates(booking.env, start, aware(booking.stop))

    # -- the portal's first page

    @api.model
    def _salto_ks_guest_cards(self, user):
        """The bookings of today in which a person takes part and opens doors.

        :param user: res.users who looks
        :returns: list of GuestCard
        """
        now = fields.Datetime.now()
        bookings = self.sudo().search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("start", "<", now + timedelta(days=1)),
                ("stop", ">", now),
            ],
            order="start, id",
        )
        cards = (one._salto_ks_guest_card(user) for one in bookings)
        return [card for card in cards if card]

    def _salto_ks_guest_card(self, user):
        """One GuestCard; None if the booking is not of today, or opens no door."""
        zone = self.type_id.resource_calendar_id.tz
        booking = self._salto_ks_for_guest(user).with_context(tz=zone)
        start, now = (
            fields.Datetime.context_timestamp(booking, moment)
            for moment in (self.start, fields.Datetime.now())
        )
        page = start.date() <= now.date() and booking._salto_ks_guest_page(None)
        if not page or not page.doors:
            return None
        return GuestCard(
            title=self.type_id.name,
            when=booking._salto_ks_guest_dates(),
            url=f"{self.access_url}#{DOORS_ANCHOR}",
            doors=page.doors,
        )

    def _salto_ks_has_page_for(self, link_end):
        """Is the part about doors for the one who looks? Not for strangers, nor for
        people who work elsewhere: they neither read of doors nor press anything.

        :param link_end: see ``_salto_ks_caller``
        """
        caller = self._salto_ks_caller("portal", link_end)
        works_here = caller.works_for(self._salto_ks_company().id or None)
        return works_here and not caller.is_stranger

    def _salto_ks_guest_doors(self, verdict, locks):
        opens_in = None
        if verdict.code is Code.TOO_EARLY:
            left = verdict.at - datetime.now(timezone.utc)
            opens_in = max(0, int(left.total_seconds()))
        return GuestDoors(
            names=[lock.name for lock in locks],
            sentence=guest_verdict_sentence(
                self.env, verdict, to_confirm=self._salto_ks_waits_for_guest()
            ),
            opens_in=opens_in,
            controls=[
                GuestControl(
                    guest_control_label(self.env, lock.name),
                    self._salto_ks_intent(lock),
                )
                for lock in locks
                if verdict.allowed
            ],
        )

    # -- the press

    def _salto_ks_press(self, lock, key, link_end):
        """Try to open a door for a guest. What came of it is on record.

        The record and the chatter are the staff's, and speak their language.

        :param key: of the intent
        :param link_end: see ``_salto_ks_caller``
        """
        language = self.user_id.lang or self.env.company.partner_id.lang
        booking = self.with_context(lang=language)
        booking._salto_ks_attempt(lock, "portal", link_end, intent=key)

    def _salto_ks_last_press(self):
        return self.env["salto.ks.opening"].search(
            [
                ("booking_id", "=", self.id),
                ("channel", "=", "portal"),
                ("requested_at", ">", fields.Datetime.now() - RECENT),
            ],
            limit=1,
        )

    def _salto_ks_guest_outcome(self, press, verdicts):
        verdict = verdicts.get(press.lock_id)
        is_fresh = press.state != "opened" or _fresh_for(press) > timedelta()
        sentences = guest_outcome_sentences(self.env, press, verdict, is_fresh=is_fresh)
        return GuestOutcome(press.state, is_fresh, *sentences)

    # -- the one-time intent

    def _salto_ks_intent(self, lock):
        """Allows one press for this door of this booking, for a short time.

        The ids are signed, not said: the text only holds a random key and its end.
        """
        return hash_sign(
            self.env,
            self._salto_ks_intent_scope(lock),
            secrets.token_urlsafe(16),
            expiration=INTENT_LIFE,
        )

    def _salto_ks_intended(self, intent):
        """(the door, the key) of an intent of this booking that is still good.

        :param intent: as it came from a browser
        :returns: (salto.ks.lock, str), or (None, None)
        """
        for lock in self.salto_ks_lock_ids:
            try:
                scope = self._salto_ks_intent_scope(lock)
                key = verify_hash_signed(self.env, scope, intent)
            except (ValueError, AttributeError):
                # No text, or none that we made.
                key = None
            if key:
                return lock, key
        return None, None

    def _salto_ks_intent_scope(self, lock):
        return f"salto_ks_guest_intent,{self.id},{lock.id}"


def _fresh_for(press):
    """How much longer a door that was opened may be open, as a timedelta."""
    return press.answered_at + FRESH - fields.Datetime.now()


def _seconds_to_refresh(press):
    """When what the page tells about the last press is no longer true."""
    if press.state == "claimed":
        return WHILE_OPENING
    left = math.ceil(_fresh_for(press).total_seconds()) if press.answered_at else 0
    return min(left, NORMALLY) if left > 0 else NORMALLY
