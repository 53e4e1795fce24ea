from . import (
    integration,
    resource_booking_changes,
    resource_booking_token,
    resource_booking_key,
    calendar_event,
    calendar_attendee,
    mail_mail,
    mail_message,
    resource_booking_page,
    rate_limit,
    resource_booking_link,
)
