"""The data folder of the demo: whose it is, and what is in it."""

import contextlib
import json
import shutil
from pathlib import Path

from . import cache, places, postgres
from .trouble import Trouble

_LOCK = "dev-run.lock"
_INSTALLED = "installed.json"
_MEGABYTES = 500


class DemoFolder:
    """A data folder.

    Its lock file says that we made it, and keeps a second run out."""

    def __init__(self, path):
        self.path = Path(path).absolute()
        self.cluster = self.path / "cluster"
        if postgres.server_user():
            # The server's user may not get here: see places.server_folder.
            name = f"demo-{cache.fingerprint(self.path)}"
            self.cluster = places.server_folder() / name

    def log(self, name):
        return self.path / f"{name}.log"

    @contextlib.contextmanager
    def opened(self, fresh):
        """Have the folder to ourselves; it is emptied if ``fresh``, and after a first
        start that was interrupted."""
        self._refuse_if_not_ours()
        places.make_folder(self.path)
        places.make_folder(self.cluster.parent)
        cache.need_disk(self.path, _MEGABYTES, "the demo")
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(cache.locked(self.path / _LOCK))
            except BlockingIOError as error:
                raise Trouble(
                    f"Another dev/run uses the data folder {self.path}. End it, or name"
                    " another folder with --data, and other ports."
                ) from error
            if fresh or not self.installed:
                self._clear()
            yield self

    def _refuse_if_not_ours(self):
        if self.path.is_dir() and not (self.path / _LOCK).exists():
            if any(self.path.iterdir()):
                raise Trouble(
                    f"{self.path} was not made by dev/run, so it is left alone. Name"
                    " another folder with --data."
                )

    @property
    def installed(self):
        """What the database was made from; empty until it is complete."""
        with contextlib.suppress(FileNotFoundError):
            return json.loads((self.path / _INSTALLED).read_text(encoding="utf-8"))
        return {}

    @installed.setter
    def installed(self, facts):
        unfinished = self.path / f"{_INSTALLED}.new"
        unfinished.write_text(json.dumps(facts), encoding="utf-8")
        unfinished.rename(self.path / _INSTALLED)

    def _clear(self):
        # First, so that an interruption leaves nothing that looks complete.
        (self.path / _INSTALLED).unlink(missing_ok=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        for path in self.path.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()
