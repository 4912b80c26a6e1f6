"""`private-packages token roll-back`, called as a user calls it."""

import json
from typing import Any

import pytest

from tests.aws import ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.tokens.test_stored_token import (
    ARN,
    DENIED,
    DESCRIBED,
    NEW,
    NO_SECRET,
    NOW,
    OLD,
)
from tests.private_packages.commands.token.calls import Aws, call, refused

ROLL_BACK = ("token", "roll-back", "GitHubPackages")
EXCHANGED = DESCRIBED | {"VersionIdsToStages": {OLD: ["AWSCURRENT"], NEW: ["AWSPREVIOUS"]}}


def stages(**of_ids: list[str]) -> dict[str, Any]:
    return DESCRIBED | {"VersionIdsToStages": of_ids}


def moved(session: Scripted) -> list[dict[str, Any]]:
    return [parameters for operation, parameters in session.sent if operation == "UpdateSecretVersionStage"]


def test_it_exchanges_the_versions_in_one_call(aws: Aws) -> None:
    session = aws(DescribeSecret=[DESCRIBED, EXCHANGED], UpdateSecretVersionStage={"ARN": ARN})
    result = call(*ROLL_BACK, "--yes")
    assert result.exit_code == 0
    assert moved(session) == [
        {
            "SecretId": ARN,
            "VersionStage": "AWSCURRENT",
            "MoveToVersionId": OLD,
            "RemoveFromVersionId": NEW,
        }
    ]
    shown = [line.split("  ") for line in result.stdout.splitlines()]
    assert [line[0] or f"{line[1]} {line[-1]}" for line in shown] == [
        f"Secret: {ARN}",
        "Before:",
        "22222222 AWSCURRENT",
        "11111111 AWSPREVIOUS",
        "After:",
        "22222222 AWSPREVIOUS",
        "11111111 AWSCURRENT",
        (
            "Rolled back: builds read the previous token from now on. To take that back:"
            " `private-packages token roll-back GitHubPackages`"
        ),
    ]
    assert "GetSecretValue" not in [operation for operation, _ in session.sent]


def test_json(aws: Aws) -> None:
    aws(DescribeSecret=[DESCRIBED, EXCHANGED], UpdateSecretVersionStage={"ARN": ARN})
    found = json.loads(call(*ROLL_BACK, "--yes", "--output", "json").stdout)
    assert (found["id"], found["secret_arn"], found["changed"]) == ("GitHubPackages", ARN, True)
    assert [each["stages"] for each in found["before"]] == [["AWSCURRENT"], ["AWSPREVIOUS"]]
    assert [each["stages"] for each in found["after"]] == [["AWSPREVIOUS"], ["AWSCURRENT"]]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("n\n", "Error: Nothing was changed."),
        ("", "Error: Nothing was changed: nobody answered, give --yes to go on without one."),
    ],
)
def test_it_asks_before(aws: Aws, answer: str, said: str) -> None:
    session = aws()
    assert refused(*ROLL_BACK, given=answer).endswith(said)
    assert moved(session) == []


def test_yes_is_an_answer(aws: Aws) -> None:
    session = aws(UpdateSecretVersionStage={"ARN": ARN})
    result = call(*ROLL_BACK, given="y\n")
    assert "Let builds read the previous token of GitHubPackages again? [y/N]: " in result.stderr
    assert (result.exit_code, len(moved(session))) == (0, 1)


@pytest.mark.parametrize(
    ("described", "message"),
    [
        (
            stages(),
            "The secret has no value yet: store a token with `private-packages token set GitHubPackages`.",
        ),
        (stages(**{NEW: ["AWSCURRENT"]}), "The secret has no previous version: store a token with"),
        (
            stages(**{NEW: ["AWSCURRENT"], f"{OLD}-expires-2026-01-31": ["AWSPREVIOUS"]}),
            "The previous token ended on 2026-01-31, ",
        ),
        (DESCRIBED | {"DeletedDate": NOW}, "The secret is marked for deletion: restore it first"),
        (NO_SECRET, "Cannot describe the secret arn:"),
        (DENIED, "May not describe the secret arn:"),
    ],
)
def test_what_cannot_be_rolled_back_is_told_before_anybody_is_asked(
    aws: Aws, described: ScriptEntry, message: str
) -> None:
    session = aws(DescribeSecret=described)
    assert refused(*ROLL_BACK).startswith(f"Error: {message}")
    assert moved(session) == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "InvalidParameterException",
            "The versions changed in between, and nothing was changed here: look with",
        ),
        ("ResourceNotFoundException", "The versions changed in between"),
        ("AccessDeniedException", "May not make another version of the secret arn:"),
        ("InternalServiceError", "Cannot make another version of the secret arn:"),
    ],
)
def test_what_aws_refuses_is_told(aws: Aws, code: str, message: str) -> None:
    aws(UpdateSecretVersionStage=ErrorAnswer(code))
    assert refused(*ROLL_BACK, "--yes").startswith(f"Error: {message}")
