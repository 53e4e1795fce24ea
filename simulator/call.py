"""What a handler gets: a request, the world it meets, and who asks."""

from dataclasses import dataclass

from .things import Person
from .web import Request, malformed, missing_field
from .world import World


@dataclass
class Call:
    request: Request
    world: World
    caller: Person | None = None

    def body(self) -> dict:
        """The JSON body of a Connect API request.

        :raises Refused: 400/1100 when it is not an object
        """
        try:
            return self.request.json()
        except ValueError:
            raise malformed("The request body is not valid.") from None

    def text(self, name: str) -> str:
        """A field of the body that must be there and be a text.

        :raises Refused: 400/1100
        """
        value = self.body().get(name)
        if not isinstance(value, str) or not value.strip():
            raise missing_field(name)
        return value
