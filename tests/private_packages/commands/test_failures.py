"""What ends a command is told in a sentence, and where it came from only to who asks for that."""

import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from private_packages.aws.text import hide
from private_packages.commands.failures import DEBUG, UNFORESEEN, told
from private_packages.commands.groups import Program
from tests.private_packages.conftest import Run

CONFIG = {"AWS_CONFIG_FILE": "config", "AWS_PROFILE": "p"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-key"}
NO_TOKEN_FILE = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "no-such-file",
}
SSO = (
    "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n"
    "[sso-session s]\nsso_start_url = https://example.com\nsso_region = us-east-1"
)
SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "a program that is missing": (CONFIG, "credential_process = /no/such/program"),
    "a program that prints a banner": (CONFIG, "credential_process = echo Welcome"),
    "a program that prints nothing": (CONFIG, "credential_process = true"),
    "a program that prints half": (CONFIG, """credential_process = echo '{"Version": 1}'"""),
    "a program that prints a list": (CONFIG, "credential_process = echo []"),
    "a program that fails": (CONFIG, "credential_process = false"),
    "a sign-in that nobody made": (CONFIG, SSO),
    "a token file that is missing": (
        CONFIG,
        "web_identity_token_file = no-such-file\nrole_arn = arn:aws:iam::111122223333:role/r",
    ),
    "a container's token file that is missing": (NO_TOKEN_FILE, ""),
    "a container's address that is none": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com"}, ""),
    "an endpoint without scheme": (KEYS | {"AWS_ENDPOINT_URL": "localhost:4566"}, ""),
    "an endpoint with a blank": (KEYS | {"AWS_ENDPOINT_URL": "http://local host:4566"}, ""),
    "an endpoint with a port that is none": (KEYS | {"AWS_ENDPOINT_URL": "http://localhost:port"}, ""),
    "a number that is none": (KEYS | {"AWS_MAX_ATTEMPTS": "abc"}, ""),
    "a number that is too small": (KEYS | {"AWS_MAX_ATTEMPTS": "0"}, ""),
    "a mode that is none": (KEYS | {"AWS_RETRY_MODE": "abc"}, ""),
    "a way to STS that is none": (KEYS | {"AWS_STS_REGIONAL_ENDPOINTS": "abc"}, ""),
    "a Region with a line end": (KEYS | {"AWS_REGION": "us-east-1\n"}, ""),
    "a Region with a letter of another alphabet": (KEYS | {"AWS_REGION": "ü"}, ""),
    "certificates that are missing": (KEYS | {"AWS_CA_BUNDLE": "no-such-file"}, ""),
    "a profile that is missing": ({"AWS_PROFILE": "no-such-profile"}, ""),
    "a file that is none": ({"AWS_CONFIG_FILE": "config"}, "]\n= =\n[["),
    "services that are missing": (CONFIG | KEYS, "services = no-such-section"),
    "no credentials": ({}, ""),
}


@pytest.mark.parametrize(
    "words", ["deploy --yes", "status", "verify", "token check GitHubPackages", "rollout plan"]
)
@pytest.mark.parametrize(("environment", "profile"), SETTINGS.values(), ids=SETTINGS)
def test_no_setting_ends_in_a_traceback(
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    environment: dict[str, str],
    profile: str,
) -> None:
    (folder / "config").write_text(f"[profile p]\n{profile}\n")
    # Nothing that is asked all the same leaves this machine.
    for name, value in {"AWS_REGION": "us-east-1", "HTTPS_PROXY": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = run(*words.split())
    last = ended.stderr.splitlines()[-1]
    assert (ended.exit_code, last[:7]) == (1, "Error: ")
    assert "Traceback" not in ended.output
    assert last.endswith(".")


def test_broken_credentials_of_a_sign_in(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config").write_text(f"[profile p]\n{SSO}\nregion = us-east-1\n")
    cache = folder / ".aws/sso/cache"
    cache.mkdir(parents=True)
    for broken in ("{", "[]", '{"accessToken": 1}', '{"accessToken": "a", "expiresAt": "soon"}'):
        # The file is called after the session: this is the SHA-1 of the one letter.
        (cache / "a0f1490a20d0211c997b44bc357e1972deab8ae3.json").write_text(broken)
        monkeypatch.setenv("HOME", str(folder))
        for name, value in CONFIG.items():
            monkeypatch.setenv(name, value)
        ended = run("status", "--region", "us-east-1")
        assert (ended.exit_code, ended.stderr[:7]) == (1, "Error: ")


def ended_by(error: Exception, *words: str) -> Any:
    """How a command ends in which this is raised, and that was given a token."""

    @click.command()
    @click.argument("words", nargs=-1)
    def command(words: tuple[str, ...]) -> None:
        assert isinstance(words, tuple)
        hide(["not-a-real-token"])
        raise error

    group = Program("program", package="none", lines={})
    group.add_command(command)
    group.get_command = lambda *_: command  # type: ignore[method-assign]
    return CliRunner().invoke(group, ["command", *words])


def test_what_nobody_foresaw_is_a_sentence() -> None:
    ended = ended_by(ZeroDivisionError("all\nwrong."))
    assert ended.exit_code == 1
    assert ended.stderr == (
        f"Error: {UNFORESEEN}: ZeroDivisionError: all wrong. Set {DEBUG}=1 to see where it came from, and"
        " report that.\n"
    )


def test_the_traceback_is_for_who_asks_and_shows_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEBUG, "1")
    typed = "ghp_EXAMPLEtokenEXAMPLEtoken"
    shown = ended_by(ZeroDivisionError(f"not-a-real-token and {typed}"), typed).stderr
    assert "Traceback (most recent call last):" in shown
    assert "ZeroDivisionError: (not shown) and (not shown)" in shown
    for token in ("not-a-real-token", typed):
        assert token not in shown


def test_the_traceback_of_what_was_foreseen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" not in run("template", "--config", "none.yaml").stderr
    monkeypatch.setenv(DEBUG, "1")
    shown = run("template", "--config", "none.yaml")
    assert "Traceback (most recent call last):" in shown.stderr
    assert shown.exit_code == 1


def test_an_exit_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), told([]):
        sys.exit()
    assert capsys.readouterr() == ("", "")
