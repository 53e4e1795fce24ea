"""The house's own rules: who may import whom, and what every file may say."""

import ast
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


def test_no_external_id_is_defined_twice():
    where = Counter(
        (element.get("id"), element.tag)
        for folder in ("data", "demo", "security", "views", "wizards")
        for path in sorted((ROOT / folder).glob("*.xml"))
        for element in ElementTree.parse(path).iter()
        if element.tag in ("record", "template", "menuitem") and element.get("id")
    )
    assert {one for one, number in where.items() if number > 1} == set()


def test_every_test_is_known_to_odoo():
    (imported,) = ast.parse((ROOT / "tests" / "__init__.py").read_text()).body
    known = {alias.name for alias in imported.names}
    assert {path.stem for path in (ROOT / "tests").glob("test_*.py")} <= known
