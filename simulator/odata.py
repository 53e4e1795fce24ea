"""The OData options of lists: filter, order, paging, count.

Only what the Connect API is known to understand; anything else is 400/1102.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from .web import Request, bad_option, json_response

_CLAUSE = re.compile(
    r"""\s*(?:
        contains\(\s*(?P<within>[\w/]+)\s*,\s*'(?P<part>(?:[^']|'')*)'\s*\)
      | (?P<field>[\w/]+)\s+(?P<operator>eq|ge)\s+
        (?P<literal>DateTime'[^']*'|'(?:[^']|'')*'|true|false|null|-?\d+)
    )\s*(?:$|(?P<more>and)\s)""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None}
_OPTIONS = {"$filter", "$orderby", "$top", "$skip", "$inlinecount"}


@dataclass
class ListQuery:
    """A list's options, read and checked."""

    clauses: list
    order_by: str | None
    descending: bool
    top: int | None
    skip: int
    count: bool

    @classmethod
    def parse(cls, request: Request, fields: tuple[str, ...]) -> "ListQuery":
        """
        :param fields: the names that may be filtered and ordered by
        :raises Refused: 400/1102 for an option that Salto would not understand
        """
        options = {k: v for k, v in request.params.items() if k.startswith("$")}
        for name in options.keys() - _OPTIONS:
            raise bad_option(f"Unknown query option {name}")
        inline_count = options.get("$inlinecount", "none")
        if inline_count not in ("none", "allpages"):
            raise bad_option("Invalid $inlinecount")
        order_by, descending = _read_order(options.get("$orderby"), fields)
        return cls(
            clauses=_read_filter(options.get("$filter"), fields),
            order_by=order_by,
            descending=descending,
            top=_read_number(options, "$top"),
            skip=_read_number(options, "$skip") or 0,
            count=inline_count == "allpages",
        )

    def select(self, items: list[dict]) -> list[dict]:
        """The items that pass the filter, in order; not yet paged."""
        chosen = [item for item in items if all(c(item) for c in self.clauses)]
        if self.order_by:
            chosen.sort(key=self._sort_key, reverse=self.descending)
        return chosen

    def _sort_key(self, item: dict):
        value = _value(item, self.order_by)
        return (value is not None, value if value is not None else "")


def list_response(
    request: Request,
    items: list[dict],
    fields: tuple[str, ...],
    page_size: int,
    bare: bool = False,
):
    """One page of ``items`` in the list envelope.

    :param bare: answer a bare array instead, as some lists were once seen to do
    """
    query = ListQuery.parse(request, fields)
    chosen = query.select(items)
    if bare:
        return json_response(chosen[query.skip :][: query.top])
    limit = page_size if query.top is None else min(query.top, page_size)
    end = query.skip + limit
    more = end < len(chosen) and query.top != limit
    envelope = {
        "items": chosen[query.skip : end],
        "next_page_link": _next_link(request, query, limit) if more else None,
        "count": len(chosen) if query.count else None,
    }
    return json_response(envelope)


def _next_link(request: Request, query: ListQuery, limit: int) -> str:
    params = dict(request.params)
    params["$skip"] = str(query.skip + limit)
    if query.top is not None:
        params["$top"] = str(query.top - limit)
    encoded = urlencode(params, quote_via=quote, safe="$")
    return f"{request.base_url}{request.path}?{encoded}"


def _read_number(options: dict, name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise bad_option(f"Invalid {name}")
    return int(text)


def _read_order(text: str | None, fields: tuple[str, ...]):
    if text is None:
        return None, False
    match = re.fullmatch(r"\s*([\w/]+)(?:\s+(asc|desc))?\s*", text)
    if not match:
        raise bad_option("Invalid $orderby")
    _check_field(match[1], fields)
    return match[1], match[2] == "desc"


def _read_filter(text: str | None, fields: tuple[str, ...]) -> list:
    clauses = []
    position = 0
    while text is not None:
        match = _CLAUSE.match(text, position)
        if not match:
            raise bad_option("Invalid $filter")
        clauses.append(_clause(match, fields))
        if not match["more"]:
            break
        position = match.end()
    return clauses


def _clause(match: re.Match, fields: tuple[str, ...]):
    name = match["within"] or match["field"]
    _check_field(name, fields)
    if match["within"]:
        part = _unquote(match["part"])
        return lambda item: part in (_value(item, name) or "")
    literal = match["literal"]
    if literal.startswith("DateTime"):
        moment = _moment(literal[len("DateTime'") : -1])
        later = match["operator"] == "ge"
        return lambda item: _compare_moment(_value(item, name), moment, later)
    if match["operator"] == "ge":
        raise bad_option("ge needs a DateTime")
    wanted = _literal(literal)
    return lambda item: _value(item, name) == wanted


def _check_field(name: str, fields: tuple[str, ...]) -> None:
    if name.split("/")[0] not in fields:
        raise bad_option(f"Could not find a property named '{name}'")


def _literal(text: str):
    if text in _WORDS:
        return _WORDS[text]
    return _unquote(text[1:-1]) if text.startswith("'") else int(text)


def _unquote(text: str) -> str:
    return text.replace("''", "'")


def _value(item: dict, name: str):
    for part in name.split("/"):
        item = item.get(part) if isinstance(item, dict) else None
    return item


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
    except ValueError:
        raise bad_option("Invalid DateTime") from None
    if not text.endswith("Z"):
        raise bad_option("A DateTime needs a Z")
    return moment


def _compare_moment(text: str | None, moment: datetime, later: bool) -> bool:
    if not text:
        return False
    actual = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return actual >= moment if later else actual == moment
