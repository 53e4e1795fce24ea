"""The house's own rules: who may import whom, and what every file may say."""

import ast
import functools
import shutil
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = "resource_booking_salto_ks"
# Each room imports from those below it: controllers and wizards from models, these from
# services, these from the four below, which do not know one another (but that sentences
# are about decisions and errors, and mechanisms may do with both).
DOORS = {"controllers", "wizards"}
ODOO_SIDE = {*DOORS, "models", "services", "tools", "wording", "odoo", "hooks"}
PLAIN = {"connect", "rules", "simulator"}
ELSEWHERE = {"simulator", "dev"}
FORBIDDEN = {
    "connect": ODOO_SIDE | ELSEWHERE | {"rules"},
    "rules": ODOO_SIDE | ELSEWHERE | {"connect"},
    "simulator": ODOO_SIDE | {"connect", "rules", "dev"},
    "tools": DOORS | ELSEWHERE | {"models", "services", "wording"},
    "wording": DOORS | ELSEWHERE | {"models", "services", "tools"},
    "services": DOORS | ELSEWHERE | {"models"},
    "models": DOORS | ELSEWHERE,
    "wizards": ELSEWHERE | {"controllers"},
    "controllers": ELSEWHERE | {"wizards"},
}
# Lines of the longest file that still holds one idea.
LONGEST_FILE = 350


def imports_of(path):
    """Names of the rooms and packages that a file imports, seen from the root."""
    parts = path.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                outside, _, inside = node.module.rpartition(f"{ADDON}.")
                yield (outside or inside).split(".")[0]
                yield inside.split(".")[0]
            elif node.level >= len(parts):
                # A plain package works under any name: it never leaves itself.
                yield "odoo" if parts[0] in PLAIN else ""
                yield from (
                    [node.module.split(".")[0]]
                    if node.module
                    else (alias.name for alias in node.names)
                )


def files_of(package):
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package):
    for path in files_of(package):
        wrong = set(imports_of(path)) & FORBIDDEN[package]
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def test_the_witness_sees_a_wrong_import(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    for text in ("from odoo import fields", "import odoo", "from ..connect import x"):
        wrong = tmp_path / "rules" / "wrong.py"
        wrong.parent.mkdir(exist_ok=True)
        wrong.write_text(text)
        with pytest.raises(AssertionError):
            test_imports_go_one_way("rules")


@pytest.mark.parametrize("package", ["models", "services", "wizards", "controllers"])
def test_text_becomes_html_in_one_place_only(package):
    """Who calls Odoo's own method must think of escaping; who makes Markup, too."""
    for path in files_of(package):
        nodes = [*ast.walk(ast.parse(path.read_text()))]
        names = {getattr(node, "attr", getattr(node, "id", None)) for node in nodes}
        assert not names & {"activity_schedule", "Markup"}, path.relative_to(ROOT)


def models_of(path):
    """Names of the models that a file defines or extends."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            values = {
                target.id: ast.literal_eval(item.value)
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if getattr(target, "id", "") in ("_name", "_inherit")
            }
            if values:
                yield values.get("_name") or values["_inherit"]


@pytest.mark.parametrize("package", ["models", "wizards"])
def test_one_model_a_file(package):
    for path in files_of(package):
        expected = 0 if path.name == "__init__.py" else 1
        assert len([*models_of(path)]) == expected, path.relative_to(ROOT)


@pytest.mark.parametrize("package", sorted({*FORBIDDEN} - {"simulator"}))
def test_no_file_is_too_long(package):
    for path in files_of(package):
        lines = len(path.read_text().splitlines())
        assert lines <= LONGEST_FILE, f"{path.relative_to(ROOT)}: {lines} lines"


def models_of_views(path):
    """Names of the models whose views and windows a file of views holds."""
    for record in ElementTree.parse(path).iter("record"):
        values = {field.get("name"): field.text for field in record.iter("field")}
        if "model" in values:
            yield values["model"]
        elif "res_model" in values:
            yield values["res_model"]


def test_one_model_a_file_of_views():
    """In the folder of its topic; menus lie in one file, and templates have none."""
    (menus,) = (ROOT / "views").glob("*.xml")
    assert menus.name == "menus.xml"
    for path in (ROOT / "views").glob("*/*.xml"):
        expected = 0 if path.stem.endswith("_templates") else 1
        assert len({*models_of_views(path)}) == expected, path.relative_to(ROOT)
        assert not [*ElementTree.parse(path).iter("menuitem")], path.relative_to(ROOT)
        assert (ROOT / "models" / path.parent.name).is_dir(), path.relative_to(ROOT)


def test_scheduled_actions_lie_in_one_file():
    holding = {
        path.relative_to(ROOT).as_posix()
        for folder in ("data", "demo", "security", "views", "wizards")
        for path in (ROOT / folder).rglob("*.xml")
        for record in ElementTree.parse(path).iter("record")
        if record.get("model") == "ir.cron"
    }
    assert holding == {"data/crons.xml"}


def test_no_external_id_is_defined_twice():
    where = Counter(
        (element.get("id"), element.tag)
        for folder in ("data", "demo", "security", "views", "wizards")
        for path in sorted((ROOT / folder).rglob("*.xml"))
        for element in ElementTree.parse(path).iter()
        if element.tag in ("record", "template", "menuitem") and element.get("id")
    )
    assert {one for one, number in where.items() if number > 1} == set()


def test_every_test_is_known_to_odoo():
    tests = ROOT / "tests"
    known = {
        (imported.module, alias.name)
        for imported in ast.parse((tests / "__init__.py").read_text()).body
        for alias in imported.names
    }
    there = {
        (path.parent.name, path.stem)
        for path in tests.glob("*/test_*.py")
        if path.parent.name not in ("plain", "upgrade")
    }
    assert there == known
    assert not [*tests.glob("test_*.py")], "tests lie with their topic"


# -- one road to a door

PRODUCT = ("connect", "controllers", "models", "services", "tools", "wizards")
# The method that sends the command, and the one that says who asks.
COMMAND, DECIDER = "unlock", "_salto_ks_caller"


def functions_of(*packages):
    """(path, function) of all functions in the rooms, those within others as theirs."""
    for package in packages:
        for path in files_of(package):
            for function in functions_in(path.read_text()):
                yield path, function


@functools.cache
def functions_in(text):
    nodes = ast.walk(ast.parse(text))
    return [node for node in nodes if isinstance(node, ast.FunctionDef)]


@functools.cache
def calls_in(function):
    """{name: first line} of what a function calls, or hands on to be called."""
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute | ast.Name):
            name = getattr(node, "attr", getattr(node, "id", None))
            found[name] = min(node.lineno, found.get(name, node.lineno))
        elif isinstance(node, ast.Constant) and node.value == COMMAND:
            found[COMMAND] = node.lineno
    return found


def callers_of(name, defined_in):
    """The functions that use a function, but for those that mean one of their own."""
    functions = [*functions_of(*PRODUCT)]
    own = {path for path, one in functions if one.name == name} - {defined_in}
    return [
        (path, one)
        for path, one in functions
        if name in calls_in(one) and path not in own and one.name != name
    ]


def deciders():
    """Names of functions that ask who it is, themselves or through one that does."""
    names = {DECIDER}
    functions = [*functions_of("models")]
    for _step in range(2):
        names |= {one.name for _path, one in functions if names & calls_in(one).keys()}
    return names


def test_one_road_leads_to_a_door_and_who_asks_is_decided_on_it():
    """From the command upwards, each function has one caller, up to the one that asks
    before it goes on."""
    assert (
        len([one for _path, one in functions_of("models") if one.name == DECIDER]) == 1
    )
    asking = {"_salto_ks_verdict"}
    assert asking <= deciders()
    name, path = COMMAND, ROOT / "connect" / "api.py"
    for _step in range(10):
        callers = callers_of(name, path)
        assert len(callers) == 1, (
            f"{name}: {[(str(p), one.name) for p, one in callers]}"
        )
        ((path, function),) = callers
        lines = calls_in(function)
        if asking & lines.keys():
            assert min(lines[one] for one in asking & lines.keys()) < lines[name]
            return
        name = function.name
    raise AssertionError("Nobody asks.")


def test_the_command_is_written_once():
    """Nothing else of the client speaks of locking."""
    texts = [
        (path.name, function.name)
        for path, function in functions_of(*PRODUCT)
        for node in ast.walk(function)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rpartition("/")[2] == "locking"
    ]
    assert len(texts) == 1, texts


def test_the_witness_sees_a_second_road(tmp_path, monkeypatch):
    copied = tmp_path / "house"
    for room in (*PRODUCT, "rules"):
        shutil.copytree(ROOT / room, copied / room)
    monkeypatch.setattr(f"{__name__}.ROOT", copied)
    test_one_road_leads_to_a_door_and_who_asks_is_decided_on_it()
    for text in (
        "def hurry(client):\n    client.unlock()",
        "def hurry(client):\n    getattr(client, 'unlock')()",
        "def hurry(openings):\n    openings.open_door()",
    ):
        (copied / "wizards" / "second.py").write_text(text)
        with pytest.raises(AssertionError):
            test_one_road_leads_to_a_door_and_who_asks_is_decided_on_it()
