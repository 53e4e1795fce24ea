"""A request, an answer, and the refusals in the three dialects spoken here."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict  # lower-case names
    body: bytes
    peer: str

    @property
    def base_url(self) -> str:
        return f"http://{self.headers.get('host', 'localhost')}"

    @cached_property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))

    def json(self) -> dict:
        """The body as an object.

        :raises ValueError: the body is not a JSON object
        """
        value = json.loads(self.body)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        return value


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict = field(default_factory=dict)


class Refused(Exception):
    """Raised anywhere below ``app`` to answer with a refusal."""

    def __init__(self, response: Response):
        super().__init__(response.status)
        self.response = response


def json_response(value, status: int = 200, headers: dict | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(status, body, headers=headers or {})


def empty_response(status: int = 204) -> Response:
    return Response(status)


# Connect API --------------------------------------------------------------------------


def api_error(status: int, code: str, message: str) -> Refused:
    return Refused(json_response({"ErrorCode": code, "Message": message}, status))


def missing_field(name: str) -> Refused:
    return api_error(400, "1100", f"The {name} field is required.")


def malformed(message: str) -> Refused:
    return api_error(400, "1100", message)


def not_sensible(message: str) -> Refused:
    return api_error(400, "1101", message)


def bad_option(message: str) -> Refused:
    return api_error(400, "1102", message)


def not_found(what: str) -> Refused:
    return api_error(404, "2202", f"{what} not found")


def forbidden(message: str = "User does not have permission") -> Refused:
    return api_error(403, "2203", message)


def refused_by_hardware(code: str, status: int = 400) -> Refused:
    """3102: the command reached the hardware, and it said no."""
    return api_error(status, "3102", f"Request execution failed with code: {code}")


# identity server ----------------------------------------------------------------------


def oauth_error(error: str, description: str = "", status: int = 400) -> Refused:
    body = {"error": error}
    if description:
        body["error_description"] = description
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Basic"
    return Refused(json_response(body, status, headers))


# control ------------------------------------------------------------------------------


def control_error(message: str, status: int = 400) -> Refused:
    return Refused(json_response({"error": message}, status))
