"""prettier and eslint, installed by npm into the cache; node itself is a wheel."""

import os
import shutil

from . import cache, places, processes, progress

_DESCRIPTIONS = ("package.json", "package-lock.json")


def find(env):
    """The ``node_modules`` folder, made first if need be.

    :param env: the virtual environment, which holds node and npm
    """
    sources = [places.REPO / "dev/node" / name for name in _DESCRIPTIONS]

    def build(folder):
        for source in sources:
            shutil.copy(source, folder)
        install = [env / "bin/npm", "ci", "--no-audit", "--no-fund", "--no-progress"]
        with progress.step("installing prettier and eslint", folder):
            processes.run(
                install,
                "Installing prettier and eslint",
                cwd=folder,
                env=environ(env, folder),
            )

    key = cache.fingerprint(env.name, *(source.read_bytes() for source in sources))
    kept = cache.keep(f"node-{key}", build, megabytes=200, what="prettier and eslint")
    return kept / "node_modules"


def environ(env, modules):
    """The environment in which node's programs find each other."""
    path = os.pathsep.join([str(env / "bin"), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "NODE_PATH": str(modules)}
