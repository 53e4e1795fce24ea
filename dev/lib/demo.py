"""dev/run: Odoo with demo data, the simulator, and a private PostgreSQL."""

import argparse
import contextlib
import time
from pathlib import Path

from . import (
    command,
    demo_folder,
    demo_now,
    odoo_server,
    odoo_source,
    places,
    ports,
    postgres,
    processes,
    progress,
    tools,
)
from .trouble import Trouble

DATABASE = "salto_demo"


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="dev/run",
        description="Run Odoo 19 with demo data and a simulated Salto KS. What this"
        " machine lacks is fetched first.",
        epilog="Environment: SALTO_KS_CACHE names the folder for downloads (now"
        f" {places.cache_folder()}). {odoo_source.VARIABLE} names the folder of an"
        " Odoo 19.0 that you have already, such as a git checkout.",
    )
    parser.add_argument("--port", type=_port, default=8069, help="Odoo's port (8069)")
    parser.add_argument(
        "--ks-port", type=_port, default=8073, help="the simulator's port (8073)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=places.demo_folder(),
        metavar="DIR",
        help="where the demo's database and files are kept (%(default)s)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start over, with new demo data"
    )
    return parser.parse_args(arguments)


def _port(text):
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return number


def main(arguments):
    chosen = options(arguments)
    command.run(lambda: _run(chosen))


def _run(chosen):
    if chosen.port == chosen.ks_port:
        raise Trouble("--port and --ks-port must differ.")
    ports.check(chosen.port, "Odoo", "--port")
    ports.check(chosen.ks_port, "the simulator", "--ks-port")
    fetched = tools.find()
    with demo_folder.DemoFolder(chosen.data).opened(chosen.fresh) as data:
        Demo(chosen, fetched, data).run()


class Demo:
    """One run of the demo."""

    def __init__(self, chosen, fetched, data):
        self.chosen = chosen
        self.tools = fetched
        self.data = data
        self.ks_url = f"http://{ports.HOST}:{chosen.ks_port}"

    def run(self):
        with contextlib.ExitStack() as stack:
            cluster = stack.enter_context(self._cluster())
            running = {"PostgreSQL": (cluster.process, cluster.log)}
            running["The simulator"] = self._start(stack, "simulator", self._simulate)
            odoo = self._odoo(cluster)
            self._install(odoo)
            running["Odoo"] = self._start(stack, "odoo", odoo.serve)
            self._wait("The simulator", f"{self.ks_url}/_sim/state", running)
            self._wait("Odoo", f"{odoo.url}/web/login", running)
            demo_now.refresh(odoo.url, DATABASE)
            progress.say(self._ready(odoo))
            self._watch(running)

    def _cluster(self):
        folder = self.data.cluster
        programs = self.tools.postgres
        with contextlib.suppress(FileNotFoundError):
            version = int((folder / "PG_VERSION").read_text())
            programs = postgres.find(version)
        return postgres.Cluster(programs, folder, self.data.log("postgresql"))

    def _start(self, stack, name, start):
        log = self.data.log(name)
        process = start(log)
        stack.callback(processes.end, process)
        return process, log

    def _simulate(self, log):
        with open(log, "wb") as file:
            return processes.spawn(
                [self.tools.python, "-m", "simulator", "--port", self.chosen.ks_port],
                env=odoo_server.clean_environ(self.tools),
                cwd=places.REPO,
                stdout=file,
                stderr=file,
            )

    def _odoo(self, cluster):
        platform = "SALTO_KS_ACCEPTANCE"
        environ = {
            f"{platform}_CLIENT_ID": "demo-client",
            f"{platform}_CLIENT_SECRET": "demo-secret",
            f"{platform}_IDENTITY_URL": self.ks_url,
            f"{platform}_API_URL": self.ks_url,
        }
        return odoo_server.OdooServer(
            self.tools, self.data.path, cluster, DATABASE, self.chosen.port, environ
        )

    def _install(self, odoo):
        """Bring the database to this checkout's state."""
        wanted = {"code": odoo_server.content_hash(), "packages": self.tools.env.name}
        had = self.data.installed
        if had == wanted:
            return
        if not had:
            what = "making the demo database"
            arguments = ["-i", places.MODULE, "--with-demo"]
        elif had["packages"] != wanted["packages"]:
            what = "updating the demo database to other packages"
            arguments = ["-u", "all"]
        else:
            what = "updating the demo database to the changed code"
            arguments = ["-u", places.MODULE]
        log = self.data.log("install")
        with progress.step(f"{what} (a minute or two)"):
            odoo.once(arguments, log, what.capitalize())
        if "demo data failed" in log.read_text(encoding="utf-8", errors="replace"):
            raise Trouble(f"The demo data could not be loaded; see {log}")
        self.data.installed = wanted

    def _wait(self, name, url, running):
        process, log = running[name]
        odoo_server.wait_until_answers(url, name, process, log)

    def _ready(self, odoo):
        return (
            f"Ready: {odoo.url} - log in as admin / admin, as the receptionist with"
            " reception / reception, or as a guest with guest / guest; database"
            f" {DATABASE}; the simulated building is at {self.ks_url}. Ctrl-C ends it."
        )

    def _watch(self, running):
        """Wait for the end of a process, which is not meant to come."""
        while True:
            for name, (process, log) in running.items():
                if process.poll() is not None:
                    end = processes.last_lines(log)
                    raise Trouble(f"{name} ended by itself:\n{end}(all of it: {log})")
            time.sleep(1)
