"""Debian packages without installing anything: apt, with folders of its own, downloads
from the mirror that the machine already uses, and dpkg unpacks.

The index is verified with the archive's key, the packages with the index."""

import os
import re
import shutil
import subprocess

from . import places, processes, progress
from .trouble import Trouble

_DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def available():
    return bool(shutil.which("apt-get") and shutil.which("dpkg"))


def _mirrors():
    """The package mirrors that the machine is set up with."""
    # Without release info, so that a machine answers that never fetched an index.
    listing = ["apt-get", "indextargets", "--no-release-info"]
    listing += ["--format", "$(REPO_URI)", "Created-By: Packages"]
    done = subprocess.run(listing, capture_output=True, text=True, check=False)
    return list(dict.fromkeys(done.stdout.split()))


def fetch_program(packages, tree, what):
    """Unpack ``packages`` of the machine's own release into ``tree``, with all they
    need that the machine does not have."""
    private = PrivateApt(tree / "apt")
    private.update()
    private.unpack_with_dependencies(packages, tree, what)
    shutil.rmtree(private.folder)


def library_folders(tree):
    """What a program unpacked in ``tree`` needs as its ``LD_LIBRARY_PATH``."""
    folders = {
        str(path.parent)
        for path in tree.rglob("*.so*")
        if re.search(r"\.so(\.\d|$)", path.name)
    }
    return os.pathsep.join(sorted(folders))


class PrivateApt:
    """An apt that keeps its state in ``folder``.

    :param unstable: take packages from Debian's unstable suite, and not from what the
        machine has set up
    """

    def __init__(self, folder, unstable=False):
        self.folder = places.make_folder(folder)
        self.unstable = unstable
        for part in ("lists/partial", "cache/archives/partial"):
            places.make_folder(folder / part)

    def _command(self, *arguments):
        options = {
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        if self.unstable:
            options["Dir::Etc::SourceList"] = self.folder / "sources.list"
            options["Dir::Etc::SourceParts"] = "/dev/null"
        if os.geteuid() == 0:
            # apt's own user cannot look into root's cache.
            options["APT::Sandbox::User"] = "root"
        settings = [f"-o{key}={value}" for key, value in options.items()]
        return ["apt-get", "-q", *settings, *arguments]

    def update(self):
        """Fetch the package index.

        :raises Trouble: when none of the machine's mirrors has it
        """
        if not self.unstable:
            processes.run(self._command("update"), "Fetching the package index")
            return
        trouble = Trouble("apt knows no package mirror.")
        for mirror in _mirrors():
            line = f"deb [signed-by={_DEBIAN_KEYRING}] {mirror} sid main\n"
            (self.folder / "sources.list").write_text(line, encoding="utf-8")
            try:
                processes.run(
                    self._command("update", "--error-on=any"),
                    "Fetching the index of Debian unstable",
                )
                return
            except Trouble as error:
                trouble = error
        raise trouble

    def unpack(self, packages, tree, what):
        """Download exactly ``packages`` and unpack them into ``tree``."""
        uris = processes.run(
            self._command("--print-uris", "download", *packages),
            f"Looking for the packages of {what}",
        )
        self._unpack("download", packages, uris, tree, what)

    def unpack_with_dependencies(self, packages, tree, what):
        """Download ``packages`` and all they need that this machine does not have, and
        unpack them into ``tree``."""
        install = ("install", "--no-install-recommends", "--download-only", "--yes")
        uris = processes.run(
            self._command("--print-uris", *install, *packages),
            f"Looking for the packages of {what}",
        )
        self._unpack(install, packages, uris, tree, what)

    def _unpack(self, action, packages, uris, tree, what):
        sizes = re.findall(r"^'\S+' \S+\.deb (\d+)", uris, re.MULTILINE)
        megabytes = sum(map(int, sizes)) // 1_000_000 + 1
        archives = self.folder / "cache/archives"
        action = (action,) if isinstance(action, str) else action
        with progress.step(f"downloading {what}", archives, megabytes):
            processes.run(
                self._command(*action, *packages), f"Downloading {what}", cwd=archives
            )
        with progress.step(f"unpacking {what}"):
            for archive in sorted(archives.glob("*.deb")):
                processes.run(["dpkg", "-x", archive, tree], f"Unpacking {what}")
                archive.unlink()
