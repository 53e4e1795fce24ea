"""Salto's ids, in the one way in which we write them."""

import uuid


def normalized_id(text: str) -> str:
    """An id as Salto writes it, from what somebody typed or pasted.

    :raises ValueError: it is no UUID
    """
    return str(uuid.UUID("".join(text.split())))
