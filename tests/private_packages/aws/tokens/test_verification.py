"""Reading the tokens as a build does."""

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.tokens.diagnosis import NO_ORGANIZATION, Facts, Link
from private_packages.aws.tokens.verification import Target, verify
from tests.aws import Attempts, ErrorAnswer, Scripted, ScriptEntry
from tests.private_packages.aws.tokens.test_stored_token import ARN, DENIED, NO_VALUE, TOKEN, value

Make = Callable[..., tuple[Aws, Scripted]]

OTHER = ARN.replace("eu-central-1", "us-west-2")
CALLER = {
    "Account": "444455556666",
    "Arn": "arn:aws:sts::444455556666:assumed-role/stackery-deployer/x",
    "UserId": "x",
}
ORGANIZATION: dict[str, Any] = {"Organization": {"Id": "o-aaaaaaaaaa", "MasterAccountId": "777788889999"}}
FACTS = Facts(("stackery/stackery-deployer",))


def script(**changes: ScriptEntry) -> dict[str, ScriptEntry]:
    return {
        "GetCallerIdentity": CALLER,
        "DescribeOrganization": ORGANIZATION,
        "GetSecretValue": value(TOKEN),
    } | changes


def test_each_token_is_read_in_its_region_just_as_the_hook_does(scripted: Make) -> None:
    aws, session = scripted(**script())
    attempts, facts = verify(aws, [Target("A", ARN), Target("B", OTHER)], FACTS)
    assert [attempt.succeeded for attempt in attempts] == [True, True]
    assert facts.caller_arn == CALLER["Arn"]
    assert session.calls == [
        ("GetCallerIdentity", "us-east-1"),
        ("GetSecretValue", "eu-central-1"),
        ("GetSecretValue", "us-west-2"),
    ]
    assert session.sent[1][1] == {"SecretId": ARN, "VersionStage": "AWSCURRENT"}


def test_no_token_is_kept(scripted: Make) -> None:
    aws, _ = scripted(**script())
    assert TOKEN not in repr(verify(aws, [Target("A", ARN)], FACTS))


def test_one_that_cannot_be_read_does_not_hinder_the_others(scripted: Make) -> None:
    aws, _ = scripted(**script(GetSecretValue=[NO_VALUE, DENIED, value(TOKEN)]))
    attempts, _ = verify(aws, [Target(name, ARN) for name in "ABC"], FACTS)
    assert [attempt.diagnosis.link for attempt in attempts] == [
        Link.VALUE,
        Link.IDENTITY_POLICY,
        Link.WHOLE,
    ]
    assert "can't find the specified secret value" in attempts[0].aws_said


def test_one_that_no_build_could_use_is_told_apart(scripted: Make) -> None:
    aws, _ = scripted(**script(GetSecretValue=[value("a b"), value("{}")]))
    attempts, _ = verify(aws, [Target("A", ARN), Target("B", ARN, "token")], FACTS)
    assert [attempt.diagnosis.link for attempt in attempts] == [Link.UNUSABLE] * 2
    assert attempts[1].diagnosis.next_step.startswith("The JSON has no key token")


def test_the_organization_is_asked_for_once_and_only_where_reading_is_denied(scripted: Make) -> None:
    aws, session = scripted(**script(GetSecretValue=[NO_VALUE, DENIED, DENIED]))
    _, facts = verify(aws, [Target(name, ARN) for name in "ABC"], FACTS)
    assert facts.organization_id == "o-aaaaaaaaaa"
    assert [operation for operation, _ in session.calls].count("DescribeOrganization") == 1


@pytest.mark.parametrize(
    ("answer", "known"),
    [(ErrorAnswer("AWSOrganizationsNotInUseException"), NO_ORGANIZATION), (DENIED, "")],
)
def test_the_organization_need_not_be_known(scripted: Make, answer: ErrorAnswer, known: str) -> None:
    aws, _ = scripted(**script(GetSecretValue=DENIED, DescribeOrganization=answer))
    _, facts = verify(aws, [Target("A", ARN)], FACTS)
    assert facts.organization_id == known


def test_a_place_without_a_way_to_sts_can_be_verified_all_the_same(
    scripted: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    closed = botocore.exceptions.ConnectTimeoutError(endpoint_url="https://sts")
    aws, _ = scripted(**script(GetCallerIdentity=Attempts([closed])))
    attempts, facts = verify(aws, [Target("A", ARN)], FACTS)
    assert (attempts[0].succeeded, facts.caller_arn) == (True, "")


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_without_valid_credentials_nothing_is_tried(scripted: Make, code: str) -> None:
    aws, session = scripted(**script(GetCallerIdentity=ErrorAnswer(code)))
    with pytest.raises(AwsError, match="credentials"):
        verify(aws, [Target("A", ARN)], FACTS)
    assert len(session.calls) == 1
