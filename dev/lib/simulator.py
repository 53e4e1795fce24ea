"""The simulated Salto KS as a process of its own."""

import contextlib

from . import odoo_server, places, ports, processes


@contextlib.contextmanager
def running(tools, folder, latency_ms=0):
    """A simulator on a free port; yields its address.

    :param folder: where its log goes
    :param latency_ms: how long it takes for each answer
    """
    port = ports.free()
    url = f"http://{ports.HOST}:{port}"
    log = folder / "simulator.log"
    arguments = ["--port", port, "--latency-ms", latency_ms]
    with open(log, "wb") as file:
        process = processes.spawn(
            [tools.python, "-m", "simulator", *arguments],
            env=odoo_server.clean_environ(tools),
            cwd=places.REPO,
            stdout=file,
            stderr=file,
        )
    try:
        address = f"{url}/_sim/state"
        odoo_server.wait_until_answers(address, "The simulator", process, log)
        yield url
    finally:
        processes.end(process)


def environ(url):
    """The variables that point Odoo to the simulator at ``url``."""
    return {
        "SALTO_KS_ACCEPTANCE_CLIENT_ID": "demo-client",
        "SALTO_KS_ACCEPTANCE_CLIENT_SECRET": "demo-secret",
        "SALTO_KS_ACCEPTANCE_IDENTITY_URL": url,
        "SALTO_KS_ACCEPTANCE_API_URL": url,
    }
