"""The linters, with OCA's settings. Each counts as one test."""

from . import odoo_server, places, processes, progress, tally

_PYLINT_IGNORES = ("dev", "simulator", "tests", "static")
_FORMATTED = ("xml", "js", "css", "scss", "json", "md", "yml", "html", "cjs")


def run(tools, modules, addon):
    """Run all linters.

    :param tools: the fetched tools
    :param modules: the ``node_modules`` folder
    :param addon: the checkout under the addon's own name, which pylint goes by
    """
    total = tally.Tally()
    environ = odoo_server.clean_environ(tools) | {"NODE_PATH": str(modules)}
    programs = tools.env / "bin"
    ruff = programs / "ruff"
    for name, argv, folder in (
        ("ruff check", [ruff, "check", "--no-cache", "--quiet"], places.REPO),
        ("ruff format", [ruff, "format", "--no-cache", "--check"], places.REPO),
        ("pylint-odoo", _pylint(programs, addon), addon.parent),
        ("prettier", _prettier(programs, modules), places.REPO),
        ("eslint", _eslint(programs, modules), places.REPO),
    ):
        progress.say(f"\n== {name}")
        process = processes.spawn(argv, cwd=folder, env=environ)
        try:
            failed = process.wait()
        finally:
            processes.end(process)
        total += tally.FAILED if failed else tally.PASSED
    return total


def _pylint(programs, addon):
    settings = [f"--rcfile={places.REPO}/.pylintrc"]
    settings += [f"--ignore={','.join(_PYLINT_IGNORES)}"]
    return [programs / "pylint", *settings, addon.name]


def _prettier(programs, modules):
    settings = ["--check", "--log-level=warn", "--no-error-on-unmatched-pattern"]
    settings += [f"--plugin={modules}/@prettier/plugin-xml/src/plugin.js"]
    program = modules / "prettier/bin/prettier.cjs"
    return [programs / "node", program, *settings, f"**/*.{{{','.join(_FORMATTED)}}}"]


def _eslint(programs, modules):
    settings = ["--max-warnings=0", "--no-error-on-unmatched-pattern"]
    return [programs / "node", modules / "eslint/bin/eslint.js", *settings, "static"]
