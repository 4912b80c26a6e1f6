"""Clients that call as one identity."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from private_packages.aws.aws import asking
from private_packages.aws.clients import Clients, document
from private_packages.aws.errors import AwsError
from tests import ROOT
from tests.aws import Attempts, RawAnswer


class Recorder(Clients):
    """Tells what it is asked for."""

    def _client(self, service: str, region_name: str | None, config: Any) -> Any:
        return service, region_name, config


@pytest.mark.parametrize(
    "service", ["cloudformation", "ec2", "iam", "kms", "organizations", "s3", "secretsmanager", "sts"]
)
def test_any_service_can_be_asked_in_any_region(service: str) -> None:
    config = Config()
    assert Recorder().client(service) == (service, None, None)
    assert Recorder().client(service, region_name="eu-west-1", config=config) == (
        service,
        "eu-west-1",
        config,
    )


def test_each_client_that_is_made_gives_harmless_text_alone() -> None:
    """There are two places where clients are made, and each prepares what it makes."""
    made = {
        path.name: len(re.findall(r"prepared\(\s*self\._?session\.(create_)?client\(", text))
        for path in (ROOT / "private_packages").rglob("*.py")
        for text in [path.read_text("utf-8")]
        if re.search(r"boto3\.client|boto3\.resource|session\.(create_)?client\(", text)
    }
    assert made == {"aws.py": 1, "roles.py": 1}


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("organizations", "list_roots", '{"Roots": ['),
        ("organizations", "list_roots", "[]"),
        ("secretsmanager", "list_secrets", "<html>planted</html>"),
        ("sts", "get_caller_identity", "<html><body>planted</body></html>"),
        ("sts", "get_caller_identity", "\n<!DOCTYPE html><html>planted</html>"),
    ],
)
def test_what_is_no_answer_of_aws_is_told_as_such(
    scripted: Callable[..., Any], service: str, operation: str, body: str
) -> None:
    name = "".join(part.title() for part in operation.split("_"))
    aws, _ = scripted(**{name: Attempts([RawAnswer(body)])})
    with pytest.raises(AwsError, match="what answers is not AWS") as refused, asking("ask"):
        getattr(aws.client(service), operation)()
    assert "planted" not in str(refused.value)


def test_an_answer_that_lacks_what_aws_always_gives_is_told_as_such(scripted: Callable[..., Any]) -> None:
    told = "AWS answered {} without {}, which is not as it documents: see that nothing stands in between"
    aws, _ = scripted(AssumeRole={}, ListRoots={"Roots": [{}]}, DescribeStacks={"Stacks": []})
    with pytest.raises(AwsError, match=told.format("sts:AssumeRole", "Credentials")):
        aws.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/x", RoleSessionName="xy")[
            "Credentials"
        ]
    [root] = aws.client("organizations").list_roots()["Roots"]
    assert root.get("Id") is None
    with pytest.raises(AwsError, match=told.format("organizations:ListRoots", "Id")):
        root["Id"]
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert stacks == list(stacks) == []
    with pytest.raises(AwsError, match="cloudformation:DescribeStacks with an empty list"):
        stacks[0]


def test_a_policy_that_is_no_json_is_told_as_such() -> None:
    assert document("{}", "kms:GetKeyPolicy") == {}
    with pytest.raises(AwsError, match="AWS answered kms:GetKeyPolicy with a policy that is no JSON"):
        document("{", "kms:GetKeyPolicy")
