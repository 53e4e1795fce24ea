"""dev/run before it starts anything: its options, ports and data folder."""

import socket
import subprocess
import sys

import pytest

from dev.lib import (
    demo,
    demo_folder,
    odoo_server,
    odoo_source,
    places,
    ports,
    postgres,
)
from dev.lib.trouble import Trouble


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder, with the clusters of a root caller beside it."""
    monkeypatch.setattr(places, "server_folder", lambda: tmp_path / "server")
    return demo_folder.DemoFolder(tmp_path / "data")


def test_defaults():
    chosen = demo.options([])
    assert (chosen.port, chosen.ks_port, chosen.fresh) == (8069, 8073, False)
    assert chosen.data == places.demo_folder()


def test_data_folder_follows_the_users_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert places.demo_folder() == tmp_path / places.MODULE / "demo"


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_impossible_port_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        demo.options(["--port", port])
    assert "--port" in capsys.readouterr().err


def test_taken_port_is_named_with_a_free_one():
    with socket.create_server((ports.HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Trouble) as caught:
            ports.check(port, "Odoo", "--port")
    sentence = str(caught.value)
    assert sentence.startswith(f"Port {port}, for Odoo, is taken. Choose another one")
    other = int(sentence.rpartition("--port ")[2])
    ports.check(other, "Odoo", "--port")


def test_command_tells_trouble_in_a_sentence():
    with socket.create_server((ports.HOST, 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [sys.executable, places.REPO / "dev/run", "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"\nPort {port}, for Odoo, is taken.")
    assert "Traceback" not in done.stderr


def test_foreign_folder_is_left_alone(folder):
    folder.path.mkdir()
    (folder.path / "thesis.txt").touch()
    with pytest.raises(Trouble, match="was not made by dev/run"):
        with folder.opened(fresh=True):
            pass
    assert (folder.path / "thesis.txt").exists()


def test_interrupted_first_start_is_done_again(folder):
    with folder.opened(fresh=False):
        folder.cluster.mkdir()
        folder.log("install").touch()
    with folder.opened(fresh=False):
        assert not folder.cluster.exists()
        assert not folder.log("install").exists()


def test_finished_start_is_gone_on_with_unless_fresh(folder):
    with folder.opened(fresh=False):
        folder.cluster.mkdir()
        folder.installed = {"code": "1"}
    with folder.opened(fresh=False):
        assert folder.cluster.exists()
        assert folder.installed == {"code": "1"}
    with folder.opened(fresh=True):
        assert not folder.cluster.exists()
        assert not folder.installed


def test_second_run_on_one_folder_is_refused(folder):
    with folder.opened(fresh=False):
        with pytest.raises(Trouble, match="Another dev/run uses the data folder"):
            with demo_folder.DemoFolder(folder.path).opened(fresh=True):
                pass


def test_named_odoo_must_be_one(monkeypatch, tmp_path):
    monkeypatch.setenv(odoo_source.VARIABLE, str(tmp_path))
    with pytest.raises(Trouble, match="holds no Odoo"):
        odoo_source.find()
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo/release.py"
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(Trouble, match="not an Odoo 19.0"):
        odoo_source.find()
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    assert odoo_source.find() == tmp_path


def test_pid_of_a_dead_server_does_not_stop_the_next(tmp_path):
    """The number may meanwhile be that of an innocent process, such as this one."""
    (tmp_path / "PG_VERSION").write_text("15\n")
    pid_file = tmp_path / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as innocent:
        pid_file.write_text(f"{innocent.pid}\n{tmp_path}\n")
        postgres.Cluster(None, tmp_path, tmp_path / "log").clear_leftover()
        assert innocent.poll() is None
        innocent.kill()
    assert not pid_file.exists()


def test_machine_without_postgresql_gets_a_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(postgres, "_on_this_machine", list)
    with pytest.raises(Trouble, match="PostgreSQL 13 or newer is needed"):
        postgres.find()


def test_fingerprint_of_the_code_ignores_what_is_not_code(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "REPO", tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/lock.py").write_text("1")
    before = odoo_server.content_hash()
    (tmp_path / "models/lock.pyc").write_text("compiled")
    (tmp_path / "README.rst").write_text("Read me")
    assert odoo_server.content_hash() == before
    (tmp_path / "models/lock.py").write_text("2")
    assert odoo_server.content_hash() != before


def test_disk_is_checked_for_the_demo(folder, monkeypatch):
    monkeypatch.setattr(demo_folder, "_MEGABYTES", 10**9)
    with pytest.raises(Trouble, match="Not enough disk space for the demo"):
        with folder.opened(fresh=False):
            pass
