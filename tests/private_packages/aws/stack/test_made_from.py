"""What a stack was made from, as its template says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from generator import names
from generator.configuration import DEFAULT, Configuration, Repository
from generator.document import render
from generator.templates import private_packages
from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack.made_from import configuration_of
from tests.aws import ErrorAnswer

Make = Callable[..., Any]
RICH = Configuration(
    repositories=(
        Repository(id="Npm", manager="npm", url="https://npm.acme.example", scope="@acme", secret="/npm"),
        Repository(id="Pip", manager="pip", url="https://pip.acme.example", index="extra", secret="/pip"),
    ),
    build_roles=("teams/builder",),
    organization_paths=("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",),
)


def summary(configuration: Configuration = DEFAULT) -> dict[str, Any]:
    """What GetTemplateSummary answers of a template made from this."""
    return {"Metadata": json.dumps(private_packages(configuration).to_dict()["Metadata"])}


def body(configuration: Configuration = DEFAULT) -> dict[str, Any]:
    """What GetTemplate answers of it."""
    return {"TemplateBody": render(private_packages(configuration), "yaml")}


@pytest.mark.parametrize("configuration", [DEFAULT, RICH])
def test_the_template_says_all_of_it(scripted: Make, configuration: Configuration) -> None:
    aws, session = scripted(GetTemplateSummary=summary(configuration))
    assert configuration_of(aws, "packages") == configuration
    assert session.sent == [("GetTemplateSummary", {"StackName": "packages"})]


@pytest.mark.parametrize(
    "metadata", [{}, {"Metadata": "{}"}, {"Metadata": '{"AWS::CloudFormation::Interface": {}}'}]
)
def test_a_template_of_an_older_release_does_not_say(scripted: Make, metadata: dict[str, str]) -> None:
    aws, _ = scripted(GetTemplateSummary=metadata)
    assert configuration_of(aws, "packages") is None


@pytest.mark.parametrize(
    "section",
    [
        {},
        [],
        {"Configuration": None},
        {"Configuration": {"repositories": []}},
        {"Configuration": DEFAULT.document() | {"field_of_a_later_release": 1}},
    ],
)
def test_what_this_release_cannot_read_is_a_sentence(scripted: Make, section: Any) -> None:
    aws, _ = scripted(GetTemplateSummary={"Metadata": json.dumps({names.MADE_FROM: section})})
    with pytest.raises(StackError, match=r"^The stack packages in us-east-1 says what it was made from"):
        configuration_of(aws, "packages")


def test_what_aws_refuses_is_told(scripted: Make) -> None:
    aws, _ = scripted(GetTemplateSummary=ErrorAnswer("AccessDenied"))
    with pytest.raises(AwsError, match=r"^May not read what the stack packages was made from"):
        configuration_of(aws, "packages")
