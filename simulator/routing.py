"""Which handler a method and a path mean."""

from collections.abc import Callable


class NoSuchPath(Exception):
    pass


class NoSuchMethod(Exception):
    """The path is known, the method is not for it."""


class Routes:
    """A table of paths such as ``/v1.2/sites/{site}/locks``."""

    def __init__(self):
        # looked up by number of segments: a handful of candidates for each request
        self._by_length: dict[int, list[tuple[list[str], str, Callable]]] = {}

    def add(self, method: str, path: str, handler: Callable) -> None:
        segments = path.split("/")
        routes = self._by_length.setdefault(len(segments), [])
        routes.append((segments, method, handler))

    def on(self, method: str, path: str) -> Callable:
        """Decorator: this function answers ``method path``."""

        def register(handler: Callable) -> Callable:
            self.add(method, path, handler)
            return handler

        return register

    def match(self, method: str, path: str) -> tuple[Callable, dict[str, str]]:
        """The handler, and the values of the path's ``{names}`` from left to right.

        :raises NoSuchPath: nothing lives there
        :raises NoSuchMethod: something does, for other methods
        """
        segments = path.split("/")
        known = False
        for pattern, wanted, handler in self._by_length.get(len(segments), ()):
            values = _match(pattern, segments)
            if values is None:
                continue
            if wanted == method:
                return handler, values
            known = True
        raise NoSuchMethod(path) if known else NoSuchPath(path)


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    values = {}
    for expected, actual in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            values[expected[1:-1]] = actual
        elif expected != actual:
            return None
    return values
