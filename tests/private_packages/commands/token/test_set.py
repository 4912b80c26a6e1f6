"""`private-packages token set`, called as a user calls it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from private_packages.aws.tokens import expiry
from tests.aws import ErrorAnswer, ScriptEntry
from tests.private_packages.aws.stack.test_health import ACCESS_DENIED, UPDATED, stacks
from tests.private_packages.aws.tokens.test_expiry import jwt
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DELETED,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    OLD,
    TOKEN,
    put,
    value,
)
from tests.private_packages.commands.token.calls import Aws, call, refused

SET = ("token", "set", "GitHubPackages")
EXPIRED = ErrorAnswer("ExpiredToken")


def test_it_shows_the_versions_before_and_after(aws: Aws) -> None:
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


def test_json(aws: Aws) -> None:
    aws()
    found = json.loads(call(*SET, "--output", "json").stdout)
    assert (found["id"], found["secret_arn"], found["changed"]) == ("GitHubPackages", ARN, True)
    assert found["before"] == [
        {
            "version_id": NEW,
            "stages": ["AWSCURRENT"],
            "created": "2026-02-01T00:00:00+00:00",
            "expires": None,
        },
        {
            "version_id": OLD,
            "stages": ["AWSPREVIOUS"],
            "created": "2026-01-01T00:00:00+00:00",
            "expires": None,
        },
    ]


def test_it_stores_what_standard_input_says_without_the_white_space_around(aws: Aws) -> None:
    session = aws()
    result = call(*SET, given=f"  {TOKEN} \n")
    assert put(session)[0]["SecretString"] == TOKEN
    assert result.stderr == "Note: removed the white space around the token.\n"


def test_what_some_package_managers_refuse_is_noted(aws: Aws) -> None:
    aws()
    assert "Note: The token holds ${: npm" in call(*SET, given="a${b}").stderr


def test_the_current_token_changes_nothing(aws: Aws) -> None:
    session = aws(GetSecretValue=value(TOKEN))
    result = call(*SET)
    assert result.exit_code == 0
    assert result.stdout.endswith("The secret holds this token already: nothing was changed.\n")
    assert put(session) == []


def test_the_key_in_json_is_the_configurations(aws: Aws, folder: Path) -> None:
    (folder / "other.yaml").write_text(
        "repositories: [{id: Acme, manager: npm, url: https://x.example, secret: x, token_key: npm}]"
    )
    session = aws(GetSecretValue=value('{"user": "x"}'))
    session.script["DescribeStacks"] = stacks(Outputs=[{"OutputKey": "AcmeSecretArn", "OutputValue": ARN}])
    session.script["GetTemplateSummary"] = {}
    assert call("token", "set", "Acme", "--config", "other.yaml").exit_code == 0
    assert json.loads(put(session)[0]["SecretString"]) == {"user": "x", "npm": TOKEN}


@pytest.mark.parametrize("operation", ["DescribeSecret", "ListSecretVersionIds", "GetSecretValue"])
def test_not_being_allowed_to_look_does_not_stop_it(aws: Aws, operation: str) -> None:
    session = aws(**{operation: DENIED})
    assert call(*SET).exit_code == 0
    assert len(put(session)) == 1


def test_where_versions_may_not_be_seen_it_says_so(aws: Aws) -> None:
    aws(DescribeSecret=DENIED)
    assert "Before:\n  may not be read\nAfter:\n  may not be read\n" in call(*SET).stdout
    assert json.loads(call(*SET, "--output", "json").stdout)["after"] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (f"{TOKEN}\n{TOKEN}\n", "The token holds a line end or a control character"),
        ("private-packages status\n", "Nothing was changed. The token holds a blank"),
    ],
)
def test_what_is_no_token_is_refused(aws: Aws, given: str, message: str) -> None:
    session = aws()
    assert refused(*SET, given=given).startswith(f"Error: {message}")
    assert put(session) == []


@pytest.mark.parametrize(
    ("operation", "answer", "message"),
    [
        (
            "DescribeStacks",
            stacks(Outputs=[]),
            "Stack private-packages in us-east-1 (CREATE_COMPLETE) has",
        ),
        ("DescribeStacks", ACCESS_DENIED, "May not read the stack private-packages in us-east-1"),
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
def test_what_aws_refuses_is_told(aws: Aws, operation: str, answer: ScriptEntry, message: str) -> None:
    session = aws()
    session.script[operation] = answer
    assert refused(*SET).startswith(f"Error: {message}")


def test_an_output_that_is_no_arn(aws: Aws) -> None:
    session = aws()
    session.script["DescribeStacks"] = stacks(
        Outputs=[{"OutputKey": "GitHubPackagesSecretArn", "OutputValue": "x"}]
    )
    assert "x is not the ARN of a secret" in refused(*SET)


def test_stopping_at_the_question_changes_nothing(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_question: str) -> None:
        raise click.Abort

    monkeypatch.setattr("private_packages.commands.token.set.piped_token", lambda: None)
    monkeypatch.setattr("private_packages.commands.token.set.typed_token", stop)
    session = aws()
    assert refused(*SET) == "Error: Stopped: nothing was changed."
    assert put(session) == []


def test_stopping_in_the_middle_tells_how_to_go_on(aws: Aws) -> None:
    def stop(_parameters: Any) -> dict[str, Any]:
        raise KeyboardInterrupt

    aws(PutSecretValue=stop)
    assert refused(*SET) == (
        "Error: Stopped while the token was being stored: see with `private-packages token check"
        " GitHubPackages` whether it was."
    )


class TestItsEnd:
    @pytest.fixture(autouse=True)
    def _november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(expiry, "today", lambda: date(2026, 11, 27))

    def test_it_stands_in_the_id_of_the_version(self, aws: Aws) -> None:
        session = aws()
        assert call(*SET, "--expires", "2027-02-01").exit_code == 0
        [sent] = put(session)
        assert sent["SecretString"] == TOKEN
        assert sent["ClientRequestToken"].endswith("-expires-2027-02-01")

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ("tomorrow", "write the day on which the token ends as YYYY-MM-DD"),
            ("", "write the day"),
            ("2026-11-26", "2026-11-26 is past"),
            ("2207-02-01", "2207-02-01 is more than 10 years away"),
            (TOKEN, "write the day"),
        ],
    )
    def test_what_is_no_day_to_come_is_a_wrong_use(self, aws: Aws, given: str, message: str) -> None:
        session = aws()
        said = refused(*SET, "--expires", given, code=2)
        assert said.startswith(f"Error: Invalid value for '--expires': {message}")
        assert put(session) == []

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ((), "ends on 2027-02-01, in 66 days.\n"),
            (
                ("--expires", "2027-03-01"),
                "ends on 2027-02-01, in 66 days, which is taken instead of 2027-03-01.\n",
            ),
        ],
    )
    def test_a_json_web_token_says_it_itself(self, aws: Aws, options: tuple[str, ...], said: str) -> None:
        session = aws()
        result = call(*SET, *options, given=jwt({"exp": 1801440000}))
        assert result.stderr == f"Note: the token says itself that it {said}"
        assert put(session)[0]["ClientRequestToken"].endswith("-expires-2027-02-01")

    def test_one_that_has_ended_is_refused(self, aws: Aws) -> None:
        session = aws()
        assert refused(*SET, given=jwt({"exp": 1767225600})) == (
            "Error: The token ended on 2026-01-01, 330 days ago: give one that has not ended."
            " Nothing was changed."
        )
        assert put(session) == []

    def test_the_same_token_with_another_end_is_a_new_version(self, aws: Aws) -> None:
        session = aws(GetSecretValue=value(TOKEN) | {"VersionId": f"{NEW}-expires-2027-02-01"})
        for options in ((), ("--expires", "2027-02-01")):
            assert "nothing was changed" in call(*SET, *options).stdout
        assert put(session) == []
        assert "Stored: " in call(*SET, "--expires", "2027-03-01").stdout
        assert put(session)[0]["ClientRequestToken"].endswith("-expires-2027-03-01")

    def test_that_none_is_known_any_more_is_noted(self, aws: Aws) -> None:
        ends = {"VersionIdsToStages": {f"{NEW}-expires-2027-02-01": ["AWSCURRENT"]}}
        aws(DescribeSecret=DESCRIBED | ends)
        note = "Note: builds will not warn of the end of this token: to be warned, give --expires.\n"
        assert call(*SET).stderr == note
        assert call(*SET, "--expires", "2027-03-01").stderr == ""
