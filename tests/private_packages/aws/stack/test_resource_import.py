"""What can be taken over, and how the step that does it describes it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from generator import names
from private_packages.aws.errors import SecretNameError
from private_packages.aws.stack import resource_import
from private_packages.aws.stack.change_set import Action
from tests.aws import ErrorAnswer
from tests.custom_resource.aws import ACCOUNT
from tests.policies.manual_procedure import KEY_POLICY, SECRET_POLICY
from tests.policies.specification import ORGANIZATION
from tests.private_packages.aws.stack.test_health import NO_STACK, stacks
from tests.private_packages.aws.stack.test_owners import resources

NAME = "/acme/npm"
ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{NAME}-a1b2c3"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
WANTED = {"AcmeSecretName": NAME}


@pytest.fixture
def find(scripted: Callable[..., Any]) -> Callable[..., list[resource_import.Import]]:
    """Find what can be taken over, where AWS answers as about the manual procedure's, but for this."""

    def find(key_arn: str | None = None, metadata: Any = None, **answers: Any) -> list[Any]:
        described = {"KeyId": "1", "Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
        script: dict[str, Any] = {
            "GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"},
            "DescribeSecret": {"Name": NAME, "ARN": ARN, "KmsKeyId": KEY},
            "DescribeKey": {"KeyMetadata": described | (metadata or {})},
            "GetKeyPolicy": {"Policy": json.dumps(KEY_POLICY)},
            "ListResourceTags": {"Tags": []},
            "GetKeyRotationStatus": {"KeyRotationEnabled": False},
            "GetResourcePolicy": {"ResourcePolicy": json.dumps(SECRET_POLICY)},
            "DescribeStacks": NO_STACK,
        }
        aws, _ = scripted(**script | answers)
        return resource_import.find(aws, WANTED, "packages", key_arn)

    return find


def test_key_and_secret_are_described_as_they_are(find: Callable[..., Any]) -> None:
    tags = [{"TagKey": "team", "TagValue": "a"}, {"TagKey": "aws:cloudformation:stack-name", "TagValue": "x"}]
    key, secret = find(metadata={"Description": "Mine"}, ListResourceTags={"Tags": tags})
    assert (key.logical_id, key.identifier, key.has_value) == ("Key", "1", None)
    assert key.properties == {
        "KeyPolicy": KEY_POLICY,
        "Description": "Mine",
        "Tags": [{"Key": "team", "Value": "a"}],  # what begins with aws: belongs to AWS
        "EnableKeyRotation": False,
    }
    assert (secret.logical_id, secret.identifier, secret.has_value) == ("AcmeSecret", ARN, False)
    assert secret.properties == {
        "Name": {"Ref": "AcmeSecretName"},
        "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
    }
    assert key.organizations == secret.organizations == [ORGANIZATION]


def test_what_the_caller_may_not_know_of_the_rotation_is_left_out(find: Callable[..., Any]) -> None:
    key, _ = find(GetKeyRotationStatus=ErrorAnswer("AccessDeniedException"))
    assert "EnableKeyRotation" not in key.properties


def test_a_stack_that_has_the_key_takes_the_secret_alone(find: Callable[..., Any]) -> None:
    [secret] = find(KEY)
    assert secret.logical_id == "AcmeSecret"


ASKED = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue"}
OF_TWO = {"StringEquals": {"aws:principalorgid": ["o-b", "o-a"]}}


@pytest.mark.parametrize(
    ("policy", "openness"),
    [
        (None, "open to nobody else"),
        ({"Statement": {"Effect": "Deny", "Principal": "*"}}, "open to nobody else"),
        ({"Statement": [ASKED | {"Condition": OF_TWO}]}, "open to o-a, o-b"),
        ({"Statement": ASKED}, "not narrowed to an organization"),
        ({"Statement": [ASKED | {"Condition": OF_TWO}, ASKED]}, "not narrowed to an organization"),
        (
            {"Statement": ASKED | {"Condition": {"Null": {"aws:PrincipalOrgID": False}}}},
            "not narrowed to an organization",
        ),
        (
            {"Statement": ASKED | {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-z"}}}},
            "not narrowed to an organization",
        ),
        (
            {"Statement": ASKED | {"Principal": {"AWS": ["arn:aws:iam::1:role/x"]}}},
            "open to named principals",
        ),
    ],
)
def test_to_whom_a_policy_opens_it(find: Callable[..., Any], policy: Any, openness: str) -> None:
    answer = {"ResourcePolicy": json.dumps(policy)} if policy else {}
    [secret] = find(KEY, GetResourcePolicy=answer)
    assert secret.openness == openness


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (
            {"KeyManager": "AWS"},
            "encrypted with AWS's own key aws/secretsmanager, which no other account can use",
        ),
        ({"AWSAccountId": "999999999999"}, f"encrypted with a key of another account, {KEY}"),
        ({"MultiRegion": True}, f"encrypted with a multi-Region or imported key, {KEY}"),
        ({"Origin": "EXTERNAL"}, f"encrypted with a multi-Region or imported key, {KEY}"),
        ({"KeyState": "PendingDeletion"}, "aws kms cancel-key-deletion --key-id 1 --region us-east-1"),
        ({"Arn": f"{KEY}2"}, f"but a stack has one key, which is {KEY}"),
    ],
)
def test_a_key_that_the_stack_cannot_have(find: Callable[..., Any], metadata: Any, said: str) -> None:
    with pytest.raises(SecretNameError) as refused:
        find(KEY, metadata=metadata)
    assert said in str(refused.value)


def test_a_key_that_another_stack_has(find: Callable[..., Any]) -> None:
    tags = [{"TagKey": "aws:cloudformation:stack-name", "TagValue": "two"}]
    there = stacks(StackName="two", Outputs=[{"OutputKey": "KeyArn", "OutputValue": KEY}])
    with pytest.raises(SecretNameError, match=r"belongs to the stack two, which is there: deploy that one"):
        find(DescribeStacks=there)
    assert len(find(ListResourceTags={"Tags": tags})) == 2  # that stack is gone


def test_what_a_half_way_stack_has_is_its_own(find: Callable[..., Any]) -> None:
    half = stacks("IMPORT_COMPLETE", StackName="half", Outputs=[], Description=names.TAKEN_OVER)
    with pytest.raises(SecretNameError, match=r"belongs to the stack half, which is there"):
        find(DescribeStacks=half, ListStackResources=resources("1"))


def test_the_first_step_leaves_what_the_stack_has_as_it_is(find: Callable[..., Any]) -> None:
    before = {"Parameters": {"A": 1}, "Resources": {"Key": 2}, "Outputs": {"KeyArn": 3}}
    between = resource_import.template(before, {}, find(KEY))
    assert between["Outputs"] == before["Outputs"]
    assert between["Parameters"] == {"A": 1, "AcmeSecretName": {"Type": "String", "Default": NAME}}
    assert list(between["Resources"]) == ["Key", "AcmeSecret"]
    assert between["Resources"]["AcmeSecret"]["DeletionPolicy"] == "Retain"
    assert before["Resources"] == {"Key": 2}


def test_what_follows_is_foreseen_from_the_two_templates() -> None:
    before = {"Resources": {"Key": {"Type": "K", "Properties": {"A": 1, "B": 2}}, "Same": {"Type": "S"}}}
    after = {
        "Resources": {
            "New": {"Type": "N"},
            "Same": {"Type": "S"},
            "Key": {"Type": "K", "Properties": {"A": 1}},
        }
    }
    key, new = resource_import.foreseen(before, after)
    assert (key.action, key.logical_id, key.properties) == (Action.CHANGE, "Key", ("B",))
    assert (new.action, new.logical_id) == (Action.ADD, "New")
