"""``python -m simulator``"""

import argparse
import errno
import os
import signal
import sys

from .app import Simulator
from .server import Server
from .things import CHOICES, Settings


def main() -> int:
    options = _read_options()
    settings = Settings(
        latency_ms=options.latency_ms,
        otp_window_s=options.otp_window,
        delta_rule=options.delta_rule,
        pin_delivery=options.pin_delivery,
    )
    # at once, whatever threads are doing: there is nothing to save
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    try:
        server = Server((options.host, options.port), Simulator(settings))
    except (OSError, OverflowError) as error:
        sys.stderr.write(_why_not(error, options.host, options.port) + "\n")
        return 2
    sys.stdout.write(f"Salto KS simulator on {server.url}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulator",
        description="A stand-in Salto KS: identity server, API, doors.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8073, help="0: a free one")
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--otp-window", type=int, default=180, help="seconds")
    for name, choices in CHOICES.items():
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, choices=choices, default=choices[0])
    return parser.parse_args()


def _why_not(error: Exception, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken: choose another with --port."
    reason = getattr(error, "strerror", None) or str(error).rstrip(".")
    return f"Cannot listen on port {port} of {host}: {reason}."


if __name__ == "__main__":
    sys.exit(main())
