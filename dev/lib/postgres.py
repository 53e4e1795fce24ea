"""Private PostgreSQL clusters, reached by a Unix socket only. No PostgreSQL of the
machine is ever used, asked or changed; only its programs are."""

import contextlib
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import apt, cache, places, processes
from .trouble import Trouble

OLDEST = 13
ROLE = "odoo"
_START_SECONDS = 60
_STOP_SECONDS = 30
# What a test cluster does without: it is thrown away, so it need not survive a crash.
THROW_AWAY = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class Programs:
    """The programs of one PostgreSQL: ``bin`` holds initdb and postgres."""

    def __init__(self, binaries, libraries=""):
        self.bin = binaries
        self.environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        if libraries:
            self.environ["LD_LIBRARY_PATH"] = libraries

    def version(self):
        """The major version, such as 15."""
        version = subprocess.run(
            [self.bin / "postgres", "--version"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(re.search(r"\d+", version.stdout).group())

    def write_commands(self, folder):
        """Make ``createdb`` and ``dropdb`` callable from ``folder``, which is returned:
        fetched ones need libraries that nothing else should find."""
        folder.mkdir(exist_ok=True)
        libraries = self.environ.get("LD_LIBRARY_PATH", "")
        for name in ("createdb", "dropdb"):
            program = shlex.quote(str(self.bin / name))
            script = f'LD_LIBRARY_PATH={shlex.quote(libraries)} exec {program} "$@"\n'
            (folder / name).write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
            (folder / name).chmod(0o755)
        return folder


def find(version=None):
    """The programs of the machine's newest PostgreSQL, or else of a fetched one.

    :param version: the major version, where a cluster needs a certain one
    """
    for binaries in _on_this_machine():
        programs = Programs(binaries)
        if programs.version() in ([version] if version else range(OLDEST, 99)):
            return programs
    programs = _fetched()
    if version and programs.version() != version:
        raise Trouble(
            f"The data folder was made by PostgreSQL {version}, which this machine does"
            " not have any more. Start with --fresh to make a new one."
        )
    return programs


def _on_this_machine():
    """Folders with server programs, the newest first."""
    numbered = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(numbered, key=lambda folder: -float(folder.parent.name))
    in_path = shutil.which("postgres")
    if in_path:
        folders.append(Path(in_path).resolve().parent)
    return [folder for folder in folders if (folder / "initdb").exists()]


def _fetched():
    if not apt.available():
        raise Trouble(
            f"PostgreSQL {OLDEST} or newer is needed, and this machine has none."
            " Install it (a running server is not needed) and start again."
        )
    tree = cache.keep(
        "postgresql",
        lambda folder: apt.fetch_program(["postgresql"], folder, "PostgreSQL"),
        megabytes=700,
        what="PostgreSQL",
        root=places.make_folder(places.server_folder()),
    )
    (binaries,) = tree.glob("usr/lib/postgresql/*/bin")
    return Programs(binaries, apt.library_folders(tree))


def server_user():
    """The user that the server runs as, where it cannot be ours."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Trouble("PostgreSQL does not run as root, and there is no user 'nobody'.")


class Cluster:
    """A cluster in ``folder``, which is made when it is missing.

    :param log: the file that keeps what the server says
    :param settings: server settings, such as ``fsync=off``
    """

    def __init__(self, programs, folder, log, settings=()):
        self.programs = programs
        self.folder = folder
        self.log = log
        self.settings = settings
        self._user = server_user()
        self.process = None
        self.socket_folder = None

    def start(self):
        """Start the server and wait until it answers."""
        if not (self.folder / "PG_VERSION").exists():
            self._initialize()
        self.clear_leftover()
        # The path of a Unix socket has 107 bytes at most, so it gets a short folder.
        self.socket_folder = Path(tempfile.mkdtemp(prefix="salto-ks-", dir="/tmp"))
        self._give(self.socket_folder)
        settings = (
            f"unix_socket_directories={self.socket_folder}",
            "listen_addresses=",
            "max_connections=200",
            *self.settings,
        )
        with open(self.log, "ab") as log:
            self.process = processes.spawn(
                [self.programs.bin / "postgres", "-D", self.folder]
                + [part for setting in settings for part in ("-c", setting)],
                user=self._user,
                env=self.programs.environ,
                death_signal=signal.SIGINT,
                cwd="/",
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()

    def stop(self):
        """End the server, without waiting for its clients."""
        if self.process:
            processes.end(self.process, signal.SIGINT)
            self.process = None
        if self.socket_folder:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_details):
        self.stop()

    def _initialize(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self._give(self.folder)
        options = [f"--username={ROLE}", "--auth=trust", "--encoding=UTF8"]
        options += ["--no-sync", "--pgdata", self.folder]
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        processes.run(
            [self.programs.bin / "initdb", f"--locale={locale}", *options],
            "Making a PostgreSQL cluster",
            user=self._user,
            env=self.programs.environ,
            cwd="/",
        )

    def _give(self, folder):
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _pid_file(self):
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def clear_leftover(self):
        """Clear the way after a run that could not end its server.

        The caller holds the lock of the data folder, so a server on it is nobody's;
        and a process that only has the number of a dead server is none of ours."""
        lines = self._pid_file()
        if not lines:
            return
        pid = int(lines[0])
        deadline = time.monotonic() + _STOP_SECONDS
        while _works_in(pid, self.folder):
            if time.monotonic() > deadline:
                raise Trouble(f"A PostgreSQL still runs in {self.folder} (pid {pid}).")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.1)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _wait_until_ready(self):
        deadline = time.monotonic() + _START_SECONDS
        while True:
            lines = self._pid_file()
            # The server writes its state into the eighth line.
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                end = processes.last_lines(self.log)
                raise Trouble(f"PostgreSQL did not start:\n{end}")
            time.sleep(0.05)


def _works_in(pid, folder):
    """Whether the process ``pid`` is a server of the cluster ``folder``."""
    try:
        return os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(folder)
    except OSError:
        return False
