"""The deployed stack."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, StackError
from private_packages.aws.stack import stack
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack.test_health import ACCESS_DENIED, NO_STACK, stacks

Make = Callable[..., Any]


def test_what_is_there_is_found(scripted: Make) -> None:
    aws, session = scripted(DescribeStacks=stacks())
    found = stack.find(aws, "private-packages")
    assert found
    assert found["StackStatus"] == "CREATE_COMPLETE"
    assert stack.outputs(found)["KeyAlias"] == "alias/x"
    assert session.sent == [("DescribeStacks", {"StackName": "private-packages"})]


def test_what_is_not_there_is_none_or_refused(scripted: Make) -> None:
    aws, _ = scripted(DescribeStacks=NO_STACK)
    assert stack.find(aws, "other") is None
    with pytest.raises(StackError, match=r"^There is no stack other in us-east-1: correct --stack-name"):
        stack.get(aws, "other")


@pytest.mark.parametrize("answer", [ACCESS_DENIED, ErrorAnswer("ValidationError", "1 validation error")])
def test_any_other_refusal_does_not_mean_that_there_is_none(scripted: Make, answer: ErrorAnswer) -> None:
    aws, _ = scripted(DescribeStacks=answer)
    with pytest.raises(AwsError):
        stack.find(aws, "private-packages")


def test_the_secrets_are_told_by_the_outputs(scripted: Make) -> None:
    aws, _ = scripted(DescribeStacks=stacks())
    found = stack.get(aws, "private-packages")
    assert list(stack.secret_arns(aws, found, ["GitHubPackages"])) == ["GitHubPackages"]
    with pytest.raises(StackError, match=r"\(CREATE_COMPLETE\) has no output AcmeSecretArn, Other"):
        stack.secret_arns(aws, found, ["GitHubPackages", "Acme", "Other"])


def test_a_stack_without_outputs_has_none(scripted: Make) -> None:
    aws, _ = scripted(DescribeStacks={"Stacks": [{**stacks()["Stacks"][0], "Outputs": []}]})
    assert stack.outputs(stack.get(aws, "private-packages")) == {}


def test_a_template_comes_as_it_was_handed_over(scripted: Make) -> None:
    aws, session = scripted(GetTemplate={"TemplateBody": "# Ours\nResources: {}\n"})
    assert stack.template(aws, "private-packages") == "# Ours\nResources: {}\n"
    assert session.sent[0][1] == {"StackName": "private-packages", "TemplateStage": "Original"}


def test_a_template_in_json_which_botocore_reads_comes_in_lines(scripted: Make) -> None:
    aws, _ = scripted(GetTemplate={"TemplateBody": '{"Resources": {}}'})
    assert stack.template(aws, "private-packages") == '{\n  "Resources": {}\n}'
