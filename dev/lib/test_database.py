"""The database of the Odoo tests: a private cluster, thrown away afterwards.

Installing the modules that this addon depends on takes most of the time and is always
the same. It is done once, and each run starts from a copy."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from . import cache, odoo_server, places, ports, postgres, processes, progress

DATABASE = "test"
_RUN_PREFIX = "test-run-"
_LOCK = "lock"


@contextlib.contextmanager
def opened(tools):
    """A running cluster with this addon's dependencies installed, and its Odoo.

    Its folder, and so everything in it, is removed at the end."""
    template = _template(tools)
    root = places.server_folder()
    _remove_leftovers(root)
    cache.need_disk(root, 800, "the tests' database")
    folder = Path(tempfile.mkdtemp(prefix=_RUN_PREFIX, dir=root))
    try:
        folder.chmod(0o755)  # the server's user has to come through
        with cache.locked(folder / _LOCK):
            for part in ("cluster", "files"):
                # cp keeps the owner, and shares the blocks where the disk can.
                copy = ["cp", "-a", template / part, folder / part]
                processes.run(copy, "Copying the tests' database")
            with _odoo(tools, folder) as odoo:
                yield odoo
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _odoo(tools, folder):
    cluster = postgres.Cluster(
        tools.postgres,
        folder / "cluster",
        folder / "postgresql.log",
        postgres.THROW_AWAY,
    )
    with cluster:
        yield odoo_server.OdooServer(tools, folder, cluster, DATABASE, ports.free())


def _template(tools):
    """The folder of a stopped cluster with the dependencies installed."""
    modules = ",".join(odoo_server.dependencies())
    key = cache.fingerprint(tools.env.name, tools.postgres.version(), modules)

    def build(folder):
        (folder / "files").mkdir()
        with _odoo(tools, folder) as odoo, progress.step(f"installing {modules}"):
            odoo.once(["-i", modules], folder / "install.log", f"Installing {modules}")

    return cache.keep(
        f"test-template-{key}",
        build,
        megabytes=800,
        what="the tests' database",
        root=places.server_folder(),
    )


def _remove_leftovers(root):
    """Remove the folders of runs that were killed."""
    for folder in root.glob(f"{_RUN_PREFIX}*"):
        with contextlib.suppress(OSError), cache.locked(folder / _LOCK):
            shutil.rmtree(folder, ignore_errors=True)
