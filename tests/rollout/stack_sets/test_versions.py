"""The Stackery Role's versions in the accounts that passed the check."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from rollout.errors import AwsError
from rollout.stack_sets import instances, versions
from rollout.stack_sets.instances import Instance
from tests.aws import Answer, ErrorAnswer
from tests.rollout.stack_sets import rollouts
from tests.rollout.stack_sets.rollouts import account, summary

Script = Callable[..., Any]
WHO = {"Account": "999900001111", "Arn": "arn:aws-cn:iam::999900001111:user/me", "UserId": "x"}
KEYS = {"AccessKeyId": "ASIAEXAMPLEEXAMPLE", "SecretAccessKey": "not-a-real-key", "SessionToken": "t"}
ROLE = {"Credentials": KEYS | {"Expiration": "2026-01-01T00:00:00Z"}}


def done(*numbers: int, region: str = "us-east-1") -> list[Instance]:
    return [instances.read(summary(number, "SUCCEEDED", region=region), {}) for number in numbers]


def stack(parameters: dict[str, Any], **outputs: str) -> dict[str, Any]:
    found = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    described = {"StackName": "x", "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": "CREATE_COMPLETE"}
    return {"Stacks": [described | {"StackId": parameters["StackName"], "Outputs": found}]}


def described(parameters: dict[str, Any]) -> dict[str, Any]:
    return stack(parameters, StackeryRoleVersion="1.30.4")


def test_the_version_is_the_output_of_each_stack(scripted: Script) -> None:
    aws, session = scripted(GetCallerIdentity=WHO, AssumeRole=ROLE, DescribeStacks=described)
    found = versions.add(aws, [*done(1), *done(1, region="eu-west-1")], "Reader")
    assert [each.version for each in found] == ["1.30.4", "1.30.4"]
    roles = [sent["RoleArn"] for operation, sent in session.sent if operation == "AssumeRole"]
    assert roles == [f"arn:aws-cn:iam::{account(1)}:role/Reader"]
    assert [call for call in session.calls if call[0] == "DescribeStacks"] == [
        ("DescribeStacks", "us-east-1"),
        ("DescribeStacks", "eu-west-1"),
    ]


def test_only_accounts_that_are_done_are_asked(scripted: Script) -> None:
    aws, session = scripted(GetCallerIdentity=WHO)
    failed = instances.read(summary(1, "FAILED", rollouts.too_old(1, "1.24.9")), {})
    assert versions.add(aws, [failed], "Reader") == [failed]
    assert [operation for operation, _ in session.sent] == ["GetCallerIdentity"]


def test_what_cannot_be_read_is_unknown_and_holds_nothing_up(scripted: Script) -> None:
    def assume(parameters: dict[str, Any]) -> Answer:
        return ErrorAnswer("AccessDenied") if account(1) in parameters["RoleArn"] else ROLE

    def describe(parameters: dict[str, Any]) -> Answer:
        if account(2) in parameters["StackName"]:
            return ErrorAnswer("AccessDenied")
        return stack(parameters) if account(3) in parameters["StackName"] else described(parameters)

    aws, _ = scripted(GetCallerIdentity=WHO, AssumeRole=assume, DescribeStacks=describe)
    assert [each.version for each in versions.add(aws, done(1, 2, 3, 4), "Reader")] == ["", "", "", "1.30.4"]


def test_without_credentials_nothing_begins(scripted: Script) -> None:
    aws, _ = scripted(GetCallerIdentity=ErrorAnswer("ExpiredToken"))
    with pytest.raises(AwsError, match="credentials have expired"):
        versions.add(aws, done(1), "Reader")


def test_never_more_accounts_are_asked_at_once_than_is_meant(
    scripted: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "AT_ONCE", 3)
    threads: set[int] = set()

    def describe(parameters: dict[str, Any]) -> Answer:
        threads.add(threading.get_ident())
        return described(parameters)

    aws, _ = scripted(GetCallerIdentity=WHO, AssumeRole=ROLE, DescribeStacks=describe)
    found = versions.add(aws, done(*range(1, 13)), "Reader")
    assert all(each.version == "1.30.4" for each in found)
    assert len(threads) <= 3
