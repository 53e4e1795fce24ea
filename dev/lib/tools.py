"""Everything that a fresh machine lacks, fetched once: Odoo, its Python packages,
PostgreSQL and Chromium."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from . import browser, odoo_source, places, postgres, python_env


@dataclass(frozen=True)
class Tools:
    """
    :param odoo: the folder that holds the ``odoo`` package
    :param env: the virtual environment
    :param postgres: the PostgreSQL programs
    :param browser: the folder of the browser's launcher
    """

    odoo: Path
    env: Path
    postgres: postgres.Programs
    browser: Path

    @property
    def python(self):
        return python_env.python(self.env)


def find():
    """All tools; what is missing is fetched, with progress shown."""
    odoo = odoo_source.find()
    env = python_env.find(odoo)
    _name_current(env)
    return Tools(odoo, env, postgres.find(), browser.find())


def _name_current(env):
    """Keep the link ``venv`` in the cache on the environment used last, for editors
    and for running its programs by hand."""
    link = places.cache_folder() / "venv"
    with contextlib.suppress(OSError):
        if not link.is_symlink() or os.readlink(link) != env.name:
            link.unlink(missing_ok=True)
            link.symlink_to(env.name)
