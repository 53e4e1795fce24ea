"""Odoo on a private cluster, with this checkout as an addon."""

import ast
import contextlib
import os
import subprocess
import time
import urllib.request

from . import cache, odoo_source, places, ports, postgres, processes
from .trouble import Trouble

_OURS = "SALTO_KS_"
_POLL_SECONDS = 0.2


class OdooServer:
    """One Odoo with one database.

    :param tools: the fetched tools
    :param folder: where its settings, files and logs are kept
    :param cluster: the running cluster
    :param database: the database's name
    """

    def __init__(self, tools, folder, cluster, database, port, environ=None):
        self.tools = tools
        self.folder = folder
        self.database = database
        self.port = port
        self.addon = link_addon(folder)
        self.settings = folder / "odoo.conf"
        self.environ = clean_environ(tools) | {"ODOO_RC": str(self.settings)}
        self.environ.update(environ or {})
        self._cluster = cluster
        self._write_settings(cluster)

    @property
    def url(self):
        return f"http://{ports.HOST}:{self.port}"

    def _write_settings(self, cluster):
        addons = [self.addon.parent, *odoo_source.addons_folders(self.tools.odoo)]
        settings = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": self.folder / "files",
            "db_host": cluster.socket_folder,
            "db_user": postgres.ROLE,
            "db_name": self.database,
            "dbfilter": f"^{self.database}$",
            "list_db": False,
            "http_interface": ports.HOST,
            "http_port": self.port,
            "workers": 0,
            "max_cron_threads": 1,
        }
        lines = ["[options]", *(f"{key} = {value}" for key, value in settings.items())]
        self.settings.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def environ_of_copies(self):
        """The environment of a program that copies the database by PostgreSQL's own
        commands: they are found, and find the cluster."""
        commands = self._cluster.programs.write_commands(self.folder / "bin")
        path = os.pathsep.join([str(commands), self.environ["PATH"]])
        host = str(self._cluster.socket_folder)
        return {**self.environ, "PATH": path, "PGHOST": host, "PGUSER": postgres.ROLE}

    def once(self, arguments, log, what):
        """Let Odoo install or update, and end; ``log`` keeps what it says.

        :raises Trouble: when it did not work
        """
        arguments = [*arguments, "--stop-after-init", "--no-http"]
        with open(log, "wb") as file:
            process = self._spawn(arguments, file)
        try:
            failed = process.wait()
        finally:
            processes.end(process)
        if failed:
            raise Trouble(
                f"{what} did not work:\n{processes.last_lines(log)}(all of it: {log})"
            )

    def run_script(self, script, log, what, result, variables):
        """Let Odoo's shell run a script, which leaves the file ``result`` as it ends.

        :param variables: added to the environment
        :raises Trouble: it left none
        """
        with open(script, "rb") as source, open(log, "wb") as file:
            process = processes.spawn(
                [self.tools.python, "-m", "odoo", "shell", "--no-http"],
                env=self.environ | variables,
                cwd=self.folder,
                stdin=source,
                stdout=file,
                stderr=file,
            )
        try:
            process.wait()
        finally:
            processes.end(process)
        if not result.exists():
            raise Trouble(f"{what} broke off:\n{processes.last_lines(log)}")

    def serve(self, log):
        """Start the server; it goes on until it is ended."""
        with open(log, "wb") as file:
            return self._spawn([], file)

    def _spawn(self, arguments, log):
        return processes.spawn(
            [self.tools.python, "-m", "odoo", *arguments],
            env=self.environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def link_addon(folder):
    """A folder of addons with this checkout in it under the addon's own name, whatever
    the checkout is called. Returns the addon's path there."""
    link = folder / "addons" / places.MODULE
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(places.REPO)
    return link


def clean_environ(tools):
    """Our environment without what would make one machine's run unlike another's."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(_OURS)
    }
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PGHOST", "PGUSER"):
        environ.pop(name, None)
    path = (str(tools.browser), str(tools.env / "bin"), os.environ.get("PATH", ""))
    environ["PATH"] = os.pathsep.join(path)
    # A proxy must not stand between programs on the same machine.
    environ["NO_PROXY"] = environ["no_proxy"] = f"{ports.HOST},localhost"
    # The checkout may be read-only.
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    return environ


def dependencies():
    """The modules that this addon depends on."""
    manifest = (places.REPO / "__manifest__.py").read_text(encoding="utf-8")
    return ast.literal_eval(manifest)["depends"]


def content_hash():
    """A fingerprint of what Odoo loads into the database from this checkout."""
    folders = ("data", "demo", "security", "views", "wizards", "models", "rules")
    folders += ("services", "wording", "tools", "connect", "controllers", "i18n")
    folders += ("migrations",)
    files = [*places.REPO.glob("*.py")]
    for folder in folders:
        files += (places.REPO / folder).rglob("*.*")
    parts = []
    for path in sorted(files):
        if path.is_file() and path.suffix in (".py", ".xml", ".csv", ".po", ".sql"):
            parts += [path.relative_to(places.REPO), path.read_bytes()]
    return cache.fingerprint(*parts)


def wait_until_answers(url, name, process, log, seconds=120):
    """Wait until ``url`` answers with a page.

    :param name: whose answer, for the sentence when it never comes
    :param process: the process that should answer
    :param log: its log file
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), direct.open(url, timeout=seconds):
            return
        time.sleep(_POLL_SECONDS)
    raise Trouble(
        f"{name} did not start:\n{processes.last_lines(log)}(all of it: {log})"
    )
