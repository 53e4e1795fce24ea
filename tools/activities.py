"""Calling a person. Activities keep their note as HTML, while all that we have to say
is text, with names in it that guests chose."""

from markupsafe import escape


def schedule_activity(record, kind, *, summary, note, person):
    """Put an activity on a record.

    :param kind: external id of the activity's type
    :param note: text; Markup, as Odoo's templates make it, stays HTML
    """
    return record.activity_schedule(
        kind, summary=summary, note=escape(note or ""), user_id=person.id
    )
