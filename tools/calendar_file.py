"""An appointment as a file that phones and computers put into their calendar."""

from datetime import datetime

import pytz
import vobject


def make_calendar_file(uid, title, start, stop, *, place, url, text):
    """
    :param uid: name of the appointment: a later file of the same name takes its place
    :param start: aware datetime
    :param stop: aware datetime
    :returns: bytes, as RFC 5545 has them
    """
    calendar = vobject.iCalendar()
    event = calendar.add("vevent")
    for name, value in {
        "uid": uid,
        "dtstamp": datetime.now(pytz.utc),
        "dtstart": start.astimezone(pytz.utc),
        "dtend": stop.astimezone(pytz.utc),
        "summary": title,
        "location": place,
        "url": url,
        "description": text,
    }.items():
        if value:
            event.add(name).value = value
    return calendar.serialize().encode()
