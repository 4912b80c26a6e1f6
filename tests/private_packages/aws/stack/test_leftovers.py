"""The secrets that a stack has left behind."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from generator import names
from private_packages.aws.errors import AwsError
from private_packages.aws.stack.leftovers import STACK_TAG, Leftover, of_stack
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_health import stacks

READ = datetime(2026, 2, 1, tzinfo=UTC)


def arn(name: str) -> str:
    return f"arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-AbCdEf"


def secret(name: str, stack: str = "packages", **fields: Any) -> dict[str, Any]:
    tags = [{"Key": names.TAG, "Value": "x"}, {"Key": STACK_TAG, "Value": stack}]
    return {"Name": name, "ARN": arn(name), "Tags": tags} | fields


def test_those_of_this_stack_that_it_has_no_more(scripted: Callable[..., Any]) -> None:
    outputs = {"KeyArn": "arn:aws:kms:us-east-1:111122223333:key/1", "NpmSecretArn": arn("/npm")}
    aws, session = scripted(
        DescribeStacks=stacks(Outputs=[{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]),
        ListSecrets=[
            {"SecretList": [secret("/pypi", LastAccessedDate=READ), secret("/npm")], "NextToken": "2"},
            {
                "SecretList": [
                    secret("/maven", SecretVersionsToStages={"1" * 36: ["AWSCURRENT"]}),
                    secret("/other", "another"),
                    secret(
                        "/alike",
                        Tags=[{"Key": f"{names.TAG}-of-mine"}, {"Key": STACK_TAG, "Value": "packages"}],
                    ),
                ]
            },
        ],
    )
    assert of_stack(aws, "packages") == [
        Leftover("/maven", arn("/maven"), has_value=True, last_accessed=None),
        Leftover("/pypi", arn("/pypi"), has_value=False, last_accessed=READ),
    ]
    assert session.sent[0][1]["Filters"] == [{"Key": "tag-key", "Values": [names.TAG]}]


def test_who_may_not_list_is_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(ListSecrets=ErrorAnswer("AccessDeniedException"))
    with pytest.raises(AwsError, match=r"^May not list the secrets"):
        of_stack(aws, "packages")
