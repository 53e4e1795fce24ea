"""The ways by which Odoo takes a call from outside."""

import inspect
import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.tests import get_db_name


class Transports:
    """For HttpCase: sends a call as a role, by each of them.

    :ivar keys: {role: the API key by which programs log in as it}
    """

    NAMES = ("call_kw", "call_button", "jsonrpc", "xmlrpc", "json2")

    def __init__(self, case, roles):
        self.case = case
        self.keys = {role: self._create_key(role) for role in roles}

    def _create_key(self, role):
        if role.user._is_public():
            return "none"
        keys = role.user.env["res.users.apikeys"].with_user(role.user).sudo()
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        return keys._generate("rpc", "Matrix", tomorrow)

    def send(self, name, role, call, env):
        """:returns: the answer as text"""
        return getattr(self, f"_by_{name}")(role, call, env)

    def _by_call_kw(self, role, call, env, door="call_kw"):
        args, kwargs = self._arguments(call, env)
        return self._ask_json(
            f"/web/dataset/{door}/{call.model}/{call.method}",
            {"model": call.model, "method": call.method, "args": args}
            | {"kwargs": kwargs},
        )

    def _by_call_button(self, role, call, env):
        return self._by_call_kw(role, call, env, "call_button")

    def _by_jsonrpc(self, role, call, env):
        params = {"service": "object", "method": "execute_kw"}
        return self._ask_json(
            "/jsonrpc", {**params, "args": self._with_login(role, call, env)}
        )

    def _by_xmlrpc(self, role, call, env):
        params = tuple(self._with_login(role, call, env))
        data = xmlrpc.client.dumps(params, "execute_kw", allow_none=True)
        return self.case.url_open("/xmlrpc/2/object", data=data.encode()).text

    def _by_json2(self, role, call, env):
        """It takes arguments by their names only."""
        args, kwargs = self._arguments(call, env)
        body = dict(kwargs)
        method = inspect.unwrap(getattr(type(env[call.model]), call.method))
        names = list(inspect.signature(method).parameters)[1:]
        if not self._is_of_model(call, env):
            body["ids"] = args.pop(0)
        body |= dict(zip(names, args, strict=False))
        return self.case.url_open(
            f"/json/2/{call.model}/{call.method}",
            json=body,
            headers={"Authorization": f"bearer {self.keys[role]}"},
        ).text

    def _ask_json(self, path, params):
        body = {"jsonrpc": "2.0", "id": 1, "params": params}
        return self.case.url_open(path, json=body).text

    def _with_login(self, role, call, env):
        login = [get_db_name(), role.user.id, self.keys[role]]
        return [*login, call.model, call.method, *self._arguments(call, env)]

    def _arguments(self, call, env):
        """[positional arguments, ids first], {named ones}."""
        ids = [] if self._is_of_model(call, env) else [call.ids or []]
        context = {**env.context, **call.context}
        return [*ids, *call.args], {**call.kwargs, "context": context}

    def _is_of_model(self, call, env):
        method = getattr(type(env[call.model]), call.method)
        return getattr(method, "_api_model", False)
