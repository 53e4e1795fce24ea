"""The house's own rules: who may import whom, and what every file may say."""

import ast
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
ODOO_SIDE = {"models", "wizards", "controllers", "odoo", "hooks"}
PLAIN = {"connect", "rules", "simulator"}
FORBIDDEN = {
    "connect": ODOO_SIDE | {"rules", "simulator"},
    "rules": ODOO_SIDE | {"connect", "simulator"},
    "simulator": ODOO_SIDE | {"connect", "rules"},
    "models": {"simulator", "wizards", "controllers", "dev"},
    "wizards": {"simulator", "controllers", "dev"},
    "controllers": {"simulator", "wizards", "dev"},
}


def imports_of(path):
    """Names of the top-level packages that a file imports, seen from the root."""
    depth = len(path.relative_to(ROOT).parts) - 1
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from (alias.name.split(".")[0], alias.name.split(".")[-1])
        elif isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(a.name for a in node.names)]
            if node.level > depth or node.level == 0:
                yield from names
            # A plain package works under any name: it never leaves itself.
            if node.level > depth and path.relative_to(ROOT).parts[0] in PLAIN:
                yield "odoo"


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


@pytest.mark.parametrize("package", ["models", "wizards", "controllers"])
def test_text_becomes_html_in_one_place_only(package):
    """Who calls Odoo's own method must think of escaping; who makes Markup, too."""
    for path in files_of(package):
        if path != ROOT / "models" / "activities.py":
            nodes = [*ast.walk(ast.parse(path.read_text()))]
            names = {getattr(node, "attr", getattr(node, "id", None)) for node in nodes}
            assert not names & {"activity_schedule", "Markup"}, path.relative_to(ROOT)


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
