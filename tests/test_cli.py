"""The command line: what an operator types, and what comes back."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

import cli
from tests.databases import ROOT

Run = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of the test's own, without any other setting."""
    for name in [name for name in os.environ if name.startswith("FIELDLOOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIELDLOOM_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


def test_the_first_start_makes_the_administrator_and_prints_the_password_once(capsys: Run, instance: Path) -> None:
    assert cli.main(["init"]) == 0
    told = capsys.readouterr().out
    password = re.search(r"User name: admin  Password: (\S+)", told)
    assert password is not None
    assert (instance / "admin_password").read_text(encoding="utf-8").strip() == password[1]
    assert cli.main(["init"]) == 0
    assert "Password" not in capsys.readouterr().out


def test_what_is_kept_is_for_its_owner_only(capsys: Run, instance: Path) -> None:
    cli.main(["init"])
    capsys.readouterr()
    assert {path.name: path.stat().st_mode & 0o077 for path in instance.iterdir()} == dict.fromkeys(
        ("admin_password", "fieldloom.sqlite3", "secret_key"), 0
    )


def test_samples_are_added_once(capsys: Run) -> None:
    cli.main(["init", "--samples"])
    assert "240 sample customers added." in capsys.readouterr().out
    cli.main(["init", "--samples"])
    assert "no samples added" in capsys.readouterr().out


def test_users_and_tokens(capsys: Run) -> None:
    cli.main(["init"])
    assert cli.main(["user", "add", "li", "--role", "user", "--password", "long enough", "--timezone", "Asia/Shanghai"]) == 0
    capsys.readouterr()
    assert cli.main(["user", "token", "li", "--days", "30"]) == 0
    assert capsys.readouterr().out.startswith("fl_")


REFUSED = {
    "a taken name": (["user", "add", "admin", "--password", "long enough"], "is taken"),
    "a short password": (["user", "add", "li", "--password", "short"], "8 to 200"),
    "a user that there is not": (["user", "token", "nobody"], "no user “nobody”"),
    "a zone that there is not": (["user", "add", "li", "--password", "long enough", "--timezone", "Mars/Sea"], "no time zone"),
    "a zone of this machine": (["user", "add", "li", "--password", "long enough", "--timezone", "localtime"], "no time zone"),
    "a person that there is not": (["user", "add", "li", "--password", "long enough", "--person", "77"], "no person"),
}


def test_nobody_is_there_to_be_asked_for_a_password(capsys: Run) -> None:
    cli.main(["init"])
    capsys.readouterr()
    asked = [sys.executable, str(ROOT / "cli.py"), "user", "add", "li"]
    done = subprocess.run(asked, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True)
    assert done.returncode == 1
    assert done.stderr.endswith("fieldloom: Nobody is there to be asked for the password. Give it with --password.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_are_sentences(capsys: Run, arguments: list[str], told: str) -> None:
    cli.main(["init"])
    assert cli.main(arguments) == 1
    assert told in capsys.readouterr().err


SETTINGS = {
    "FIELDLOOM_PORT": ("80x", "1 to 65535"),
    "FIELDLOOM_TIMEZONE": ("Mars/Sea", "Asia/Shanghai"),
    "FIELDLOOM_DATABASE_URL": ("oracle://x", "sqlite:///file"),
    "FIELDLOOM_TRUSTED_PROXIES": ("many", "0 to 99"),
    "FIELDLOOM_LANGUAGE": ("tlh", "zh-Hans or en"),
    "FIELDLOOM_INSTANCE": ("/dev/null/x", "cannot be made"),
}


@pytest.mark.parametrize(("name", "value", "told"), [(name, *pair) for name, pair in SETTINGS.items()], ids=SETTINGS.keys())
def test_a_setting_that_cannot_be_used_is_named(
    capsys: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    assert cli.main(["serve"]) == 1
    assert told in capsys.readouterr().err


def test_serving_an_empty_folder_sets_it_up(instance: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"PATH": os.environ["PATH"], "FIELDLOOM_INSTANCE": str(instance), "FIELDLOOM_PORT": str(port)}
    served = subprocess.Popen([sys.executable, "cli.py", "serve"], cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            try:
                with urlopen(Request(f"http://127.0.0.1:{port}/readyz"), timeout=5) as answer:
                    assert answer.status == 200
                    break
            except (URLError, ConnectionError):
                time.sleep(0.1)
        else:
            pytest.fail("it never answered")
    finally:
        served.terminate()
        out, _ = served.communicate(timeout=20)
    assert f"http://127.0.0.1:{port}/" in out
    assert re.search(r"Sign in as admin with the password \S+", out)
