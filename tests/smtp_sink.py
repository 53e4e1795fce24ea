"""A mail server that takes every e-mail and lets nobody have it but the test."""

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 sink")
        while line := self.rfile.readline().strip():
            match line.split()[0].upper():
                case b"DATA":
                    self._say("354 go on")
                    self.server.mails.append(self._read_mail())
                    self._say("250 taken")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def _read_mail(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def smtp_sink(env):
    """Odoo's outgoing mail server is one of ours; yields the list of e-mails that it
    got, as email.message.EmailMessage."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host, port = server.server_address
        env["ir.mail_server"].create(
            {"name": "Sink", "smtp_host": host, "smtp_port": port, "sequence": 0}
        )
        try:
            # In tests Odoo lets no e-mail out.
            with patch.object(IrMail_Server, "_disable_send", lambda _self: False):
                yield server.mails
        finally:
            server.shutdown()
