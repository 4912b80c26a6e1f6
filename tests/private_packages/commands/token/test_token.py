"""`private-packages token set` and `token check`, called as a user calls them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from click.testing import CliRunner, Result

from private_packages.commands.options.common import DEFAULT_STACK_NAME
from private_packages.commands.token import COMMANDS
from private_packages.main import main
from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.stack.test_health import ACCESS_DENIED, NO_STACK, UPDATED, stacks
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DELETED,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    NO_VALUE,
    OLD,
    TOKEN,
    put,
    value,
)
from tests.private_packages.aws.tokens.test_stored_token import script as secret_script
from tests.private_packages.commands.answers import answering
from tests.private_packages.conftest import Run

Aws = Callable[..., Scripted]
SET = ("token", "set", "GitHubPackages")
CHECK = ("token", "check", "GitHubPackages")
EXPIRED = ErrorAnswer("ExpiredToken")


@pytest.fixture(autouse=True)
def _folder(folder: Path) -> None:
    """A folder without a configuration."""
    assert list(folder.iterdir()) == []


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Set what AWS answers: as it does when all is well, but for what is said."""

    def aws(**changes: ScriptEntry) -> Scripted:
        return answering(monkeypatch, boto, **{"DescribeStacks": stacks(), **secret_script(**changes)})

    return aws


def call(*arguments: str, given: str = f"{TOKEN}\n") -> Result:
    result = CliRunner().invoke(main, arguments, input=given, prog_name="private-packages")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert TOKEN not in result.output
    return result


def refused(*arguments: str, given: str = f"{TOKEN}\n", code: int = 1) -> str:
    """The last line of standard error of a call that fails so."""
    result = call(*arguments, given=given)
    assert result.exit_code == code, result.output
    return result.stderr.splitlines()[-1]


class TestSet:
    def test_it_shows_the_versions_before_and_after(self, aws: Aws) -> None:
        after = DESCRIBED | {"VersionIdsToStages": {"3" * 36: ["AWSCURRENT"], NEW: ["AWSPREVIOUS"]}}
        aws(DescribeSecret=[DESCRIBED, after])
        result = call(*SET)
        assert result.exit_code == 0
        shown = [line.split("  ") for line in result.stdout.splitlines()]
        assert [line[0] or f"{line[1]} {line[-1]}" for line in shown] == [
            f"Secret: {ARN}",
            "Before:",
            "22222222 AWSCURRENT",
            "11111111 AWSPREVIOUS",
            "After:",
            "22222222 AWSPREVIOUS",
            "33333333 AWSCURRENT",
            "Stored: builds read the new token from now on.",
        ]
        assert "2026-02-01 00:00 UTC (" in result.stdout
        assert result.stderr == ""

    def test_json(self, aws: Aws) -> None:
        aws()
        found = json.loads(call(*SET, "--output", "json").stdout)
        assert (found["id"], found["secret_arn"], found["changed"]) == ("GitHubPackages", ARN, True)
        assert found["before"] == [
            {"version_id": NEW, "stages": ["AWSCURRENT"], "created": "2026-02-01T00:00:00+00:00"},
            {"version_id": OLD, "stages": ["AWSPREVIOUS"], "created": "2026-01-01T00:00:00+00:00"},
        ]

    def test_it_stores_what_standard_input_says_without_the_white_space_around(self, aws: Aws) -> None:
        session = aws()
        result = call(*SET, given=f"  {TOKEN} \n")
        assert put(session)[0]["SecretString"] == TOKEN
        assert result.stderr == "Note: removed the white space around the token.\n"

    def test_what_some_package_managers_refuse_is_noted(self, aws: Aws) -> None:
        aws()
        assert "Note: The token holds ${: npm" in call(*SET, given="a${b}").stderr

    def test_the_current_token_changes_nothing(self, aws: Aws) -> None:
        session = aws(GetSecretValue=value(TOKEN))
        result = call(*SET)
        assert result.exit_code == 0
        assert result.stdout.endswith("The secret holds this token already: nothing was changed.\n")
        assert put(session) == []

    def test_the_key_in_json_is_the_configurations(self, aws: Aws, folder: Path) -> None:
        (folder / "other.yaml").write_text(
            "repositories: [{id: Acme, manager: npm, url: https://x.example, secret: x, token_key: npm}]"
        )
        session = aws(GetSecretValue=value('{"user": "x"}'))
        session.script["DescribeStacks"] = stacks(
            Outputs=[{"OutputKey": "AcmeSecretArn", "OutputValue": ARN}]
        )
        assert call("token", "set", "Acme", "--config", "other.yaml").exit_code == 0
        assert json.loads(put(session)[0]["SecretString"]) == {"user": "x", "npm": TOKEN}

    @pytest.mark.parametrize("operation", ["DescribeSecret", "ListSecretVersionIds", "GetSecretValue"])
    def test_not_being_allowed_to_look_does_not_stop_it(self, aws: Aws, operation: str) -> None:
        session = aws(**{operation: DENIED})
        assert call(*SET).exit_code == 0
        assert len(put(session)) == 1

    def test_where_versions_may_not_be_seen_it_says_so(self, aws: Aws) -> None:
        aws(DescribeSecret=DENIED)
        assert "Before:\n  may not be read\nAfter:\n  may not be read\n" in call(*SET).stdout
        assert json.loads(call(*SET, "--output", "json").stdout)["after"] is None

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ("", "The token is empty"),
            (f"{TOKEN}\n{TOKEN}\n", "The token holds a line end or a control character"),
            ("private-packages status\n", "Nothing was changed. The token holds a blank"),
        ],
    )
    def test_what_is_no_token_is_refused(self, aws: Aws, given: str, message: str) -> None:
        session = aws()
        assert refused(*SET, given=given).startswith(f"Error: {message}")
        assert put(session) == []

    @pytest.mark.parametrize(
        ("operation", "answer", "message"),
        [
            ("DescribeStacks", NO_STACK, "There is no stack private-packages in us-east-1"),
            (
                "DescribeStacks",
                stacks(Outputs=[]),
                "Stack private-packages in us-east-1 (CREATE_COMPLETE) has",
            ),
            ("DescribeStacks", ACCESS_DENIED, "May not read the stack private-packages in us-east-1"),
            ("DescribeStacks", EXPIRED, "The AWS credentials have expired: sign in, or give --profile."),
            ("DescribeSecret", NO_SECRET, "Cannot describe the secret arn:"),
            (
                "DescribeSecret",
                DESCRIBED | {"DeletedDate": UPDATED},
                "The secret is marked for deletion: restore it first",
            ),
            ("GetSecretValue", DELETED, "Cannot read the secret arn:"),
            ("PutSecretValue", DENIED, "May not put a value into the secret arn:"),
            ("PutSecretValue", EXPIRED, "The AWS credentials have expired"),
        ],
    )
    def test_what_aws_refuses_is_told(
        self, aws: Aws, operation: str, answer: ScriptEntry, message: str
    ) -> None:
        session = aws()
        session.script[operation] = answer
        assert refused(*SET).startswith(f"Error: {message}")

    def test_an_output_that_is_no_arn(self, aws: Aws) -> None:
        session = aws()
        session.script["DescribeStacks"] = stacks(
            Outputs=[{"OutputKey": "GitHubPackagesSecretArn", "OutputValue": "x"}]
        )
        assert "x is not the ARN of a secret" in refused(*SET)

    def test_stopping_at_the_question_changes_nothing(
        self, aws: Aws, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(_question: str) -> None:
            raise click.Abort

        monkeypatch.setattr("private_packages.commands.token.set.read_token", stop)
        session = aws()
        assert refused(*SET) == "Error: Stopped: nothing was changed."
        assert put(session) == []

    def test_stopping_in_the_middle_tells_how_to_go_on(self, aws: Aws) -> None:
        def stop(_parameters: Any) -> dict[str, Any]:
            raise KeyboardInterrupt

        aws(PutSecretValue=stop)
        assert refused(*SET) == (
            "Error: Stopped while the token was being stored: see with `private-packages token check"
            " GitHubPackages` whether it was."
        )


class TestCheck:
    def test_it_tells_all_but_the_token(self, aws: Aws) -> None:
        aws(GetSecretValue=value(f"{TOKEN}\n"))
        result = call(*CHECK)
        assert result.exit_code == 0
        secret, version, token, warning, verdict = result.stdout.splitlines()
        assert secret == f"Secret: {ARN}"
        assert version.startswith("Version: 22222222  2026-02-01 00:00 UTC (")
        assert version.endswith(" ago)  AWSCURRENT")
        assert token == "Token: 16 characters"
        assert warning.startswith("Warning: White space or a line end stands around the token")
        assert verdict == "Usable."

    def test_json(self, aws: Aws) -> None:
        aws(GetSecretValue=value(TOKEN))
        assert json.loads(call(*CHECK, "--output", "json").stdout) == {
            "id": "GitHubPackages",
            "secret_arn": ARN,
            "usable": True,
            "version": {
                "version_id": NEW,
                "stages": ["AWSCURRENT"],
                "created": "2026-02-01T00:00:00+00:00",
            },
            "kind": "text",
            "length": 16,
            "deleted": None,
            "problems": [],
            "warnings": [],
        }

    @pytest.mark.parametrize(
        ("answer", "verdict"),
        [
            (value(" "), "Not usable: The token is empty: store one."),
            (value('{"x": "y"}'), "Not usable: The secret holds JSON: say in the configuration"),
            (
                NO_VALUE,
                "Not usable: The secret has no value yet: store one with `private-packages token set`.",
            ),
            (DELETED, "Not usable: The secret is marked for deletion: restore it first"),
            (DENIED, "Not usable: May not read the secret arn:"),
        ],
    )
    def test_it_fails_where_no_build_could_use_it(self, aws: Aws, answer: ScriptEntry, verdict: str) -> None:
        aws(GetSecretValue=answer)
        result = call(*CHECK)
        assert result.exit_code == 1
        assert result.stdout.splitlines()[-1].startswith(verdict)
        as_json = call(*CHECK, "--output", "json")
        assert (as_json.exit_code, json.loads(as_json.stdout)["usable"]) == (1, False)

    def test_without_the_right_to_read_it_tells_what_else_it_knows(self, aws: Aws) -> None:
        aws(GetSecretValue=DENIED)
        result = call(*CHECK)
        assert "Version: 22222222  2026-02-01 00:00 UTC (" in result.stdout
        assert "no identity-based policy allows it" in result.stdout

    def test_a_day_of_deletion_is_shown(self, aws: Aws) -> None:
        aws(DescribeSecret=DESCRIBED | {"DeletedDate": UPDATED}, GetSecretValue=DELETED)
        assert "Deletion: 2026-02-01 00:00 UTC\n" in call(*CHECK).stdout

    def test_a_secret_that_is_gone_is_an_error(self, aws: Aws) -> None:
        aws(DescribeSecret=NO_SECRET)
        assert refused(*CHECK).startswith("Error: Cannot describe the secret arn:")


@pytest.mark.parametrize("subcommand", ["set", "check"])
class TestBoth:
    def test_an_id_that_the_configuration_does_not_list(self, subcommand: str) -> None:
        assert refused("token", subcommand, "Other", code=2) == (
            "Error: No repository has the id Other: the configuration lists GitHubPackages."
        )

    def test_without_an_id(self, subcommand: str) -> None:
        assert refused("token", subcommand, code=2) == "Error: Missing argument 'ID'."

    def test_a_token_is_no_argument(self, subcommand: str) -> None:
        result = CliRunner().invoke(main, ["token", subcommand, "GitHubPackages", "x"])
        assert result.exit_code == 2

    def test_without_a_region(self, subcommand: str) -> None:
        assert refused("token", subcommand, "GitHubPackages") == (
            "Error: No Region is set: give --region or set AWS_REGION."
        )

    def test_without_credentials(self, subcommand: str) -> None:
        assert refused("token", subcommand, "GitHubPackages", "--region", "eu-central-1") == (
            "Error: No AWS credentials: sign in, or give --profile."
        )


def test_a_configuration_that_cannot_be_used(run: Run) -> None:
    Path("bad.yaml").write_text("repositories: []")
    result = run("token", "check", "X", "--config", "bad.yaml")
    assert (result.exit_code, result.stdout) == (1, "")


def test_the_stack_has_the_name_that_the_documentation_uses() -> None:
    assert DEFAULT_STACK_NAME == "private-packages"


@pytest.mark.parametrize(("name", "line"), list(COMMANDS.items()))
def test_the_line_about_a_subcommand_is_the_first_of_its_help(run: Run, name: str, line: str) -> None:
    assert f"\n  {line}\n\n" in run("token", name, "--help").output
