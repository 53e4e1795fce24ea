from . import (
    resource_booking_changes,
    resource_booking_key,
    mail_mail,
    mail_message,
    resource_booking_page,
    rate_limit,
    resource_booking_link,
)
