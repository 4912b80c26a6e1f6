"""The build accounts' half: what its form takes, what its policy says, and what it does not fix."""

import json
import re
from typing import Any

import pytest

from generator import __version__, document, names
from generator.build_account import build_account
from generator.configuration import DEFAULT
from tests.generator.cloudformation import Document, read, references, walk
from tests.generator.conftest import EXAMPLE
from tests.generator.golden import assert_golden

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:/acme/npm-AbCdEf"
KEY = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-0123456789abcdef"
MANAGED_POLICY = 6_144
"""Characters that IAM takes of a managed policy, white space not counted (IAM and STS character quotas)."""


@pytest.fixture(scope="module")
def template() -> Document:
    return read(document.render(build_account(DEFAULT), "yaml"))


def policy_of(template: Document) -> Any:
    return template["Resources"]["ReadTokensPolicy"]["Properties"]["PolicyDocument"]


def test_it_is_the_committed_one() -> None:
    assert_golden(EXAMPLE / "build-account.yaml", document.render(build_account(DEFAULT), "yaml"))


def test_it_makes_a_policy_and_nothing_else(template: Document) -> None:
    [policy] = template["Resources"].values()
    assert policy["Type"] == "AWS::IAM::ManagedPolicy"


def test_it_can_be_rolled_out_to_any_account_of_any_partition(template: Document) -> None:
    assert "Transform" not in template
    fixed = {"ManagedPolicyName", "Path", "Groups", "Users"}
    assert not fixed & set(template["Resources"]["ReadTokensPolicy"]["Properties"])
    for path, value in walk(template["Resources"]):
        assert not re.search(r"arn:|\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", str(value)), path
    assert references(template) <= {*template["Parameters"], *template["Resources"]} | {
        "AWS::NoValue",
        "BuildRoleNamesGiven",
    }


def test_it_knows_nothing_of_stackery(template: Document) -> None:
    own_name = json.dumps(template).replace(names.RELEASE_MARK, "")
    assert "stackery" not in own_name.lower()


def test_without_names_nobody_gets_the_policy(template: Document) -> None:
    roles = template["Resources"]["ReadTokensPolicy"]["Properties"]["Roles"]
    assert roles == {"Fn::If": ["BuildRoleNamesGiven", {"Ref": "BuildRoleNames"}, {"Ref": "AWS::NoValue"}]}
    # A list that is given nothing has one entry, which is empty.
    assert template["Conditions"]["BuildRoleNamesGiven"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "BuildRoleNames"}]}, ""]}]
    }


def test_what_is_read_is_read_in_the_region_of_the_key_wherever_the_stack_is(template: Document) -> None:
    [_, decrypt] = policy_of(template)["Statement"]
    region = {"Fn::Select": [3, {"Fn::Split": [":", {"Ref": "KeyArn"}]}]}
    service = {"Fn::Sub": ["secretsmanager.${KeyRegion}.amazonaws.com", {"KeyRegion": region}]}
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": service}}


def test_its_outputs_tell_what_to_attach_and_who_made_it(template: Document) -> None:
    assert {name: each["Value"] for name, each in template["Outputs"].items()} == {
        "PolicyArn": {"Ref": "ReadTokensPolicy"},
        "TemplateVersion": __version__,
    }


@pytest.mark.parametrize(
    ("parameter", "taken", "refused"),
    [
        (
            "SecretArns",
            [SECRET, SECRET.replace("arn:aws:", "arn:aws-cn:")],
            [
                "",
                "/acme/npm",
                SECRET[:-7],
                f"{SECRET[:-6]}*",
                SECRET.replace("eu-west-1", "*"),
                f"{SECRET}\n",
            ],
        ),
        (
            "KeyArn",
            [KEY, KEY.replace("mrk-", "")],
            ["", "alias/x", KEY.replace("key/", "alias/"), KEY.partition("/")[2], f"{KEY[:-2]}*"],
        ),
        (
            "BuildRoleNames",
            ["", "builder", "a@b.c+=_-d"],
            ["ci/builder", "codebuild-*", "x" * 65, "arn:aws:iam::111122223333:role/x"],
        ),
    ],
)
def test_what_the_form_takes(
    template: Document, parameter: str, taken: list[str], refused: list[str]
) -> None:
    declared = template["Parameters"][parameter]
    assert declared["ConstraintDescription"]
    pattern = declared["AllowedPattern"]
    assert all(re.fullmatch(pattern.removesuffix("$") + r"\Z", value) for value in taken)
    assert not any(re.fullmatch(pattern.removesuffix("$") + r"\Z", value) for value in refused)


def test_as_many_secrets_as_a_parameter_takes_fit_into_one_policy(template: Document) -> None:
    """So there is one limit, which is told before anything is deployed."""
    shortest = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a-AbCdEf"
    secrets = [shortest] * (names.VALUE_BYTES // (len(shortest) + 1))
    text = json.dumps(policy_of(template)).replace(json.dumps({"Ref": "SecretArns"}), json.dumps(secrets))
    assert len(re.sub(r"\s", "", text)) + len(KEY) < MANAGED_POLICY
