"""A template as AWS gets it."""

import pytest

from generator import names
from private_packages.aws.errors import TemplateError
from private_packages.aws.template import TemplateText, capabilities
from private_packages.commands.files import template_text
from tests.generator.conftest import CONFIGURATIONS

TEMPLATE = TemplateText(
    "big",
    "",
    "Tokens",
    "0.1.0",
    {
        "RoleCheck": {"Default": "Enforce", "AllowedValues": ["Enforce", "Warn"]},
        "Name": {"AllowedPattern": "^[a-z]+$", "ConstraintDescription": "Small letters."},
        "Names": {
            "Type": "CommaDelimitedList",
            "AllowedPattern": "^[a-z]*$",
            "ConstraintDescription": "Small letters.",
        },
        "Token": {"NoEcho": True, "Default": ""},
    },
)


def sized(letters: int) -> TemplateText:
    return TemplateText("big", "é" * letters, "", "", {})


def test_what_is_hidden_and_what_has_a_default() -> None:
    assert TEMPLATE.hidden == {"Token"}
    assert TEMPLATE.defaults == {"RoleCheck": "Enforce", "Name": "", "Names": "", "Token": ""}


@pytest.mark.parametrize(
    ("parameter", "value", "fault"),
    [
        ("RoleCheck", "Warn", ""),
        ("RoleCheck", "Off", "takes Enforce or Warn only."),
        ("Name", "abc", ""),
        ("Name", "abc\n", "Small letters."),
        ("Names", "abc,d", ""),
        ("Names", "", ""),
        ("Names", "abc,D", "Small letters."),
        ("Token", "é" * 2_048, ""),
        ("Token", "é" * 2_049, "give a value of 4,096 bytes at most."),
    ],
)
def test_what_a_parameter_takes(parameter: str, value: str, fault: str) -> None:
    assert TEMPLATE.fault(parameter, value) == fault


def test_its_size_is_counted_in_bytes() -> None:
    sized(names.TEMPLATE_BYTES // 2).require_size("make it smaller.")
    with pytest.raises(TemplateError) as refused:
        sized(names.TEMPLATE_BYTES // 2 + 1).require_size("make it smaller.")
    assert str(refused.value) == (
        "The template big has 51,202 bytes, but CloudFormation takes 51,200 in a call: make it smaller."
    )


def test_only_of_a_template_that_makes_iam_resources_cloudformation_wants_to_hear_it() -> None:
    texts = {name: template_text("private-packages", each) for name, each in CONFIGURATIONS.items()}
    assert {name: each.capabilities for name, each in texts.items()} == {
        "default": ["CAPABILITY_IAM"],
        "rich": ["CAPABILITY_IAM"],
        "without": [],
    }
    assert capabilities('{"Resources": {"R": {"Type": "AWS::IAM::Role"}}}') == ["CAPABILITY_IAM"]
