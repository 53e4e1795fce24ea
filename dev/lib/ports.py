"""TCP ports on the loopback interface."""

import errno
import socket

from .trouble import Trouble

HOST = "127.0.0.1"


def free():
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def check(port, whose, option):
    """Make sure that ``port`` can be listened on.

    :param whose: who wants it, for the sentence
    :param option: the command line option that chooses another one
    """
    with socket.socket() as probe:
        # As the servers do, so that a port that was just left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "taken" if error.errno == errno.EADDRINUSE else "not ours to use"
            raise Trouble(
                f"Port {port}, for {whose}, is {why}. Choose another one:"
                f" {option} {free()}"
            ) from error
