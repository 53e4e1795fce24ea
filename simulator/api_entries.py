"""The audit trail of a site."""

import base64
import binascii

from .api import endpoint
from .call import Call
from .odata import ListQuery
from .web import Response, bad_option, json_response

FIELDS = (
    "id",
    "event_category",
    "event_detail",
    "utc_date_time",
    "local_date_time",
    "lock_id",
    "lock_customer_reference",
    "user_id",
    "iq_id",
    "access_by",
)
CONTINUATION = "clp-continuation-token"


@endpoint("GET", "/sites/{site}/entries", versions=("v1.1",), admin=True)
def list_entries(call: Call, site) -> Response:
    """``$top`` is the size of a page (inferred), at most the usual one; the answer's
    token, sent back as a header, leads on."""
    query = ListQuery.parse(call.request, FIELDS)
    entries = call.world.entries[site.id]
    known, start = _read_token(call, len(entries), query.skip)
    # entries written since the first page must not push others to and fro
    chosen = query.select(entries[:known])
    page_size = call.world.settings.page_size
    limit = page_size if query.top is None else min(query.top, page_size)
    end = start + limit
    more = limit > 0 and end < len(chosen)
    return json_response(
        {
            "items": chosen[start:end],
            "continuation_token": _token(known, end) if more else None,
        }
    )


def _token(known: int, start: int) -> str:
    return base64.urlsafe_b64encode(f"{known}:{start}".encode()).decode()


def _read_token(call: Call, known: int, start: int) -> tuple[int, int]:
    """How many entries the first page knew of, and where this page starts."""
    token = call.request.headers.get(CONTINUATION)
    if not token:
        return known, start
    try:
        known_then, _, start_then = (
            base64.b64decode(token, altchars=b"-_", validate=True)
            .decode()
            .partition(":")
        )
        return int(known_then), int(start_then)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise bad_option("Invalid continuation token") from None
