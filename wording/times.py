"""Moments in words: local time, in the reader's language. Everywhere the same: as
Odoo's own pages write them, without seconds."""

from datetime import datetime

import pytz
from babel.dates import format_date, format_skeleton, format_time

from odoo.tools import babel_locale_parse, posix_to_ldml


def user_zone(env):
    """The name of the time zone that the user has set, or None."""
    return env.context.get("tz") or env.user.tz or None


def local_time(env, moment, near=None):
    """``moment`` in the user's zone and language: the time, and the date if needed.

    :param moment: aware datetime
    :param near: aware datetime that was named just before, whose date is not repeated;
        None: now
    """
    zone = pytz.timezone(user_zone(env) or "UTC")
    local = moment.astimezone(zone)
    known = (near or datetime.now(zone)).astimezone(zone).date()
    if local.date() == known:
        return clock(env, local)
    skeleton = "MMMd" if local.year == known.year else "yMMMd"
    day = format_skeleton(skeleton, local.date(), locale=_locale(env))
    return f"{day}, {clock(env, local)}"


def clock(env, local):
    """The time of day as people write it: "2:04 PM" or "14:04".

    :param local: datetime in the zone in which it is read
    """
    language = env["res.lang"]._get_data(code=env.lang or "en_US")
    locale = _locale(env)
    without_seconds = language.time_format.replace(":%S", "")
    pattern = posix_to_ldml(without_seconds, locale=locale).replace("hh", "h")
    return format_time(local.time(), pattern, locale=locale)


def weekday(env, local):
    """The day with its name: "Saturday, November 21, 2026"."""
    return format_date(local.date(), "full", locale=_locale(env))


def _locale(env):
    return babel_locale_parse(env.lang or "en_US")
