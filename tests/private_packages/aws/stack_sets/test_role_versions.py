"""The Stackery Role's versions in the accounts that passed the check."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.stack_sets import instances, role_versions
from private_packages.aws.stack_sets.instances import Instance
from tests.aws import Answer, ErrorAnswer
from tests.private_packages.aws.stack_sets import rollouts
from tests.private_packages.aws.stack_sets.rollouts import account, summary

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


def versions_of(aws: Aws, found: list[Instance]) -> list[str]:
    """The versions of these instances, read through a role that the test's AWS lets be assumed."""
    assume = "arn:aws:iam::{}:role/Reader".format
    return [each.version for each in role_versions.add(found, lambda account: aws.assume(assume(account)))]


def test_the_version_is_the_output_of_each_stack_and_the_role_is_assumed_once(scripted: Script) -> None:
    aws, session = scripted(AssumeRole=ROLE, DescribeStacks=described)
    assert versions_of(aws, [*done(1), *done(1, region="eu-west-1")]) == ["1.30.4", "1.30.4"]
    assert [operation for operation, _ in session.sent] == ["AssumeRole", "DescribeStacks", "DescribeStacks"]
    assert [region for operation, region in session.calls if operation == "DescribeStacks"] == [
        "us-east-1",
        "eu-west-1",
    ]


def test_only_accounts_that_are_done_are_asked(scripted: Script) -> None:
    aws, session = scripted()
    failed = instances.read(summary(1, "FAILED", rollouts.too_old(1, "1.24.9")), {})
    assert versions_of(aws, [failed]) == ["1.24.9"]
    assert session.sent == []


def test_what_cannot_be_read_is_unknown_and_holds_nothing_up(scripted: Script) -> None:
    def assume(parameters: dict[str, Any]) -> Answer:
        return ErrorAnswer("AccessDenied") if account(1) in parameters["RoleArn"] else ROLE

    def describe(parameters: dict[str, Any]) -> Answer:
        if account(2) in parameters["StackName"]:
            return ErrorAnswer("AccessDenied")
        return stack(parameters) if account(3) in parameters["StackName"] else described(parameters)

    aws, _ = scripted(AssumeRole=assume, DescribeStacks=describe)
    assert versions_of(aws, done(1, 2, 3, 4)) == ["", "", "", "1.30.4"]


def test_never_more_accounts_are_asked_at_once_than_is_meant(
    scripted: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_versions, "AT_ONCE", 3)
    under_way: set[int] = set()
    most: list[int] = []

    def describe(parameters: dict[str, Any]) -> Answer:
        under_way.add(threading.get_ident())
        most.append(len(under_way))
        time.sleep(0.01)
        under_way.remove(threading.get_ident())
        return described(parameters)

    aws, _ = scripted(AssumeRole=ROLE, DescribeStacks=describe)
    assert versions_of(aws, done(*range(1, 13))) == ["1.30.4"] * 12
    assert max(most) <= 3
