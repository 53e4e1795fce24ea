"""Moments in words: local time, in the reader's language."""

from datetime import datetime

import pytz


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
    language = env["res.lang"]._get_data(code=env.lang or "en_US")
    clock = local.strftime(language.time_format.replace(":%S", ""))
    if local.date() == (near or datetime.now(zone)).astimezone(zone).date():
        return clock
    return f"{local.strftime(language.date_format)} {clock}"
