"""The template without role check: as it is, made of one with the check and back, and of old ones."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from private_packages.main import main
from tests import ROOT
from tests.e2e.ministack import Account

pytestmark = pytest.mark.server

STACK = "private-packages"
SECRET = "/acme/npm"
TOKEN = "npm_0123456789abcdefghijklmnopqrstuvwxyz"
CHECKED = f"repositories:\n  - {{id: Npm, manager: npm, url: 'https://npm.acme.example', secret: {SECRET}}}\n"
UNCHECKED = f"{CHECKED}role_check: none\nbuild_roles: [ci/builder, codebuild-acme-*]\n"
OF_THE_CHECK = {"StackeryRole", "RoleCheckFunction", "RoleCheckFunctionRole", "RoleCheckLogGroup"}


def git(*arguments: str) -> str:
    """Return what git says; nothing where it fails."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


class Administrator:
    """Somebody with an account, a folder and the command."""

    def __init__(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = account
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)

    def run(self, *words: str, stdin: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(main, list(words), input=stdin, prog_name="private-packages")
        assert result.exit_code == code, result.output
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        assert TOKEN not in result.output
        return result

    def configure(self, text: str) -> None:
        Path("repositories.yaml").write_text(text)

    def resources(self) -> dict[str, str]:
        """The physical ids of the stack's resources, by their logical ones."""
        found = self.account.client("cloudformation").describe_stack_resources(StackName=STACK)
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResources"]}

    def value(self, secret: str = SECRET) -> str:
        answer = self.account.client("secretsmanager").get_secret_value(SecretId=secret)
        return str(answer["SecretString"])


@pytest.fixture
def administrator(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Administrator:
    monkeypatch.chdir(tmp_path)
    return Administrator(account, monkeypatch)


def test_a_stack_becomes_one_without_the_check_and_one_with_it_again(administrator: Administrator) -> None:
    administrator.account.install_stackery_role("1.25.0")
    administrator.configure(CHECKED)
    administrator.run("deploy", "--yes", "--token-stdin", stdin=TOKEN)
    before = administrator.resources()
    assert before.keys() >= OF_THE_CHECK

    administrator.configure(UNCHECKED)
    dry = administrator.run("deploy", "--dry-run")
    for sentence in (
        "The role stackery/stackery-deployer can no longer read any token.",
        "Each role named codebuild-acme-* can read all tokens.",
        "The same without --dry-run needs --allow-removal.",
    ):
        assert sentence in dry.stdout
    assert "ByWildcards" not in dry.stdout  # the roles are told, not the statements that admit them
    refused = administrator.run("deploy", "--yes", code=1)
    assert "This needs --allow-removal" in refused.output
    assert administrator.resources() == before

    printed = administrator.run("deploy", "--yes", "--allow-removal", "--no-token")
    assert "Role check" not in printed.output
    kept = {name: physical for name, physical in before.items() if name not in OF_THE_CHECK}
    assert administrator.resources() == kept
    assert administrator.value() == TOKEN
    assert "Deployed" not in administrator.run("deploy", "--yes", "--no-token").stdout
    assert administrator.run("status").stdout.endswith("All is well.\n")

    administrator.configure(CHECKED)
    back = administrator.run("deploy", "--yes", "--allow-removal", "--no-token")
    assert "Role check: account" in back.output
    after = administrator.resources()
    assert after.keys() == before.keys()
    assert {name: after[name] for name in kept} == kept
    assert administrator.value() == TOKEN


def test_without_a_stackery_role_a_stack_does_not_get_the_check_back(administrator: Administrator) -> None:
    administrator.configure(UNCHECKED)
    administrator.run("deploy", "--yes", "--token-stdin", stdin=TOKEN)
    before = administrator.resources()
    administrator.configure(CHECKED)
    administrator.run("deploy", "--yes", "--allow-removal", "--no-token", code=1)
    assert (administrator.resources(), administrator.value()) == (before, TOKEN)


@pytest.mark.parametrize("now", [CHECKED, UNCHECKED], ids=["with the check", "without"])
@pytest.mark.parametrize("age", [0, 0.5, 1], ids=["the last", "one between", "the first"])
def test_an_older_template_of_this_project_becomes_this_one(
    administrator: Administrator, age: float, now: str
) -> None:
    path = "templates/private-packages.yaml"
    commits = git("log", "--format=%h", "--", path).split()
    if not commits:
        pytest.skip("this is no clone with its history")
    old = git("show", f"{commits[round(age * (len(commits) - 1))]}:{path}")
    administrator.account.install_stackery_role("1.25.0")
    secret = "/stackery/ghpackagerepotoken"
    stack = administrator.account.deploy(STACK, old, {"GitHubPackagesToken": TOKEN})
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    before = administrator.resources()
    administrator.configure(now.replace("id: Npm", "id: GitHubPackages").replace(SECRET, secret))
    administrator.run("deploy", "--yes", "--allow-removal", "--no-token")
    after = administrator.resources()
    assert (after["Key"], after["GitHubPackagesSecret"]) == (before["Key"], before["GitHubPackagesSecret"])
    assert (after.keys() >= OF_THE_CHECK) == (now == CHECKED)
    assert administrator.value(secret) == TOKEN


def test_a_stack_that_was_left_behind_is_taken_over_without_the_check(administrator: Administrator) -> None:
    administrator.configure(UNCHECKED)
    administrator.run("deploy", "--yes", "--token-stdin", stdin=TOKEN)
    before = administrator.resources()
    administrator.run("deploy", "--remove", "--yes")
    administrator.run("deploy", "--import", "--yes", "--allow-removal", "--no-token")
    after = administrator.resources()
    assert (after["Key"], after["NpmSecret"], administrator.value()) == (
        before["Key"],
        before["NpmSecret"],
        TOKEN,
    )


def test_no_word_of_stackery_is_said_to_who_does_not_use_it(administrator: Administrator) -> None:
    administrator.configure(UNCHECKED)
    arn = "Npm=arn:aws:secretsmanager:us-east-1:111122223333:secret:/acme/npm-AbCdEf"
    said = [
        administrator.run(*words, stdin=stdin, code=code).output
        for words, stdin, code in (
            (("template",), "", 0),
            (("template", "--stdout", "role-check"), "", 2),
            (("check",), "", 1),
            (("deploy", "--dry-run", "--parameter", "RoleCheck=Warn"), "", 2),
            (("deploy", "--dry-run", "--parameter", "OrganizationId=o"), "", 2),
            (("deploy", "--dry-run"), "", 0),
            (("deploy", "--yes", "--no-token"), "", 0),
            (("deploy", "--yes", "--no-token", "--output", "json"), "", 0),
            (("check",), "", 0),
            (("check", "--organization"), "", 0),
            (("status",), "", 1),
            (("verify",), "", 1),
            (("token", "check", "Npm"), "", 1),
            (("token", "set", "Npm"), TOKEN, 0),
            (("token", "check", "Npm"), "", 0),
            (("verify",), "", 0),
            (("verify", "--output", "json"), "", 0),
            (("status", "--drift"), "", 0),
            (("status", "--output", "json"), "", 0),
            (("hook", "--look"), "", 1),
            (("hook",), "", 0),
            (("hook", "--check"), "", 0),
            (("hook", "--secret-arn", arn, "--output", "-"), "", 0),
            (("permissions", "deploy"), "", 0),
            (("rollout", "plan"), "", 2),
            (("rollout", "plan", "--template", "build-account"), "", 1),
            (("deploy", "--remove", "--yes"), "", 0),
            (("deploy", "--dry-run"), "", 1),
        )
    ]
    files = [path for path in Path().rglob("*") if path.is_file() and path.name != "repositories.yaml"]
    assert sorted(map(str, files)) == [
        "ci/private-packages.bash",
        "templates/build-account.yaml",
        "templates/private-packages.yaml",
    ]
    said += [path.read_text() for path in files]
    for text in said:
        lines = text.replace("stackery-private-packages", "").splitlines()
        assert [line for line in lines if "stackery" in line.lower()] == []
