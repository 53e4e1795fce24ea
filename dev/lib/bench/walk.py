"""Which files of the addon some work enters, and how many transactions it opens."""

import sys
import threading
from pathlib import Path

import requests

from odoo.orm.registry import Registry

_ADDON = Path(__file__).resolve().parents[3]
# What lies in the addon's folder, and is no part of it at work.
_ELSEWHERE = ("dev", "tests", "simulator")


class Walk:
    """Does ``work()``, and follows it through all threads.

    :ivar files: names of the files, in the order in which they were entered
    :ivar files_before_request: how many of them before the last request was sent
    :ivar transactions: how many were opened
    """

    def __init__(self, work):
        self.files = []
        self.files_before_request = 0
        self.transactions = 0
        self._names = {}
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        try:
            work()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _note(self, frame, event, _argument):
        code = frame.f_code
        if event != "call":
            return
        if code is Registry.cursor.__code__:
            self.transactions += 1
        elif code is requests.Session.send.__code__:
            self.files_before_request = len(self.files)
        else:
            if code.co_filename not in self._names:
                self._names[code.co_filename] = _name(code.co_filename)
            name = self._names[code.co_filename]
            if name and name not in self.files:
                self.files.append(name)


def _name(file):
    """The file's name within the addon, or "" for all others."""
    path = Path(file).resolve()
    if not path.is_relative_to(_ADDON):
        return ""
    path = path.relative_to(_ADDON)
    return "" if path.parts[0] in _ELSEWHERE else str(path)
