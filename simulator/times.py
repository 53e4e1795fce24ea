"""Moments as the Connect API writes them."""

from datetime import datetime, timezone


def iso(moment: datetime) -> str:
    """As the Connect API writes moments: UTC, whole seconds, Z."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> datetime:
    """
    :raises ValueError: not a moment with a zone
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(timezone.utc)
