"""`private-packages check`, the installed command in a pipe, against a CloudFormation engine."""

import json
from pathlib import Path

import pytest

from tests.e2e.ministack import Account
from tests.private_packages.conftest import run_process

pytestmark = pytest.mark.server


def check(account: Account, folder: Path, *options: str) -> tuple[int, str]:
    ended = run_process("check", *options, folder=folder, env=account.environment)
    assert ended.stderr == b""
    return ended.returncode, ended.stdout.decode()


def test_an_account_from_its_first_check_to_ready(account: Account, tmp_path: Path) -> None:
    code, told = check(account, tmp_path)
    assert code == 1
    assert "Verdict       without the Stackery Role\n" in told
    assert f"\nInstall or upgrade the Stackery Role in account {account.id}: the account has no IAM" in told

    account.install_stackery_role("1.24.9")
    upgrade = (
        f"Upgrade the Stackery Role in account {account.id} to version 1.25.0 or newer, then deploy again:"
        " stack stackery in us-east-1 has version 1.24.9."
    )
    code, told = check(account, tmp_path)
    assert code == 1
    assert told.splitlines()[2:] == [
        "Stack         stackery in us-east-1",
        "Version       1.24.9 (needed: 1.25.0 or newer)",
        "Verdict       to upgrade",
        "",
        upgrade,
    ]

    account.install_stackery_role("1.25.0")
    code, told = check(account, tmp_path)
    assert code == 0
    organization = account.client("organizations").describe_organization()["Organization"]["Id"]
    assert told.splitlines() == [
        f"Account       {account.id}, at {account.url}",
        f"Organization  {organization}",
        "Stack         stackery in us-east-1",
        "Version       1.25.0 (needed: 1.25.0 or newer)",
        "Verdict       ready",
    ]


def test_it_finds_the_stack_in_another_region(account: Account, tmp_path: Path) -> None:
    account.install_stackery_role("2.0.1", region="eu-west-1")
    code, told = check(account, tmp_path, "--output", "json")
    assert code == 0
    assert (json.loads(told)["region"], json.loads(told)["version"]) == ("eu-west-1", "2.0.1")


def test_an_account_without_an_organization(account_without_organization: Account, tmp_path: Path) -> None:
    account_without_organization.install_stackery_role("1.25.0")
    code, told = check(account_without_organization, tmp_path)
    assert code == 1
    assert "Verdict       without an organization\n" in told
    assert check(account_without_organization, tmp_path, "--organization-id", "o-a1b2c3d4e5")[0] == 0
