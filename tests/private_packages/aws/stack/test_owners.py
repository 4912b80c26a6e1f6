"""Which stack has what."""

from collections.abc import Callable
from typing import Any

from generator import names
from private_packages.aws.stack.owners import Owners
from tests.private_packages.aws.stack.test_health import CREATED, KEY, stacks
from tests.private_packages.aws.tokens.test_stored_token import ARN


def resources(*identifiers: str) -> dict[str, Any]:
    """What ListStackResources answers of a stack that has these, and something that is not there yet."""
    common = {"ResourceType": "AWS::KMS::Key", "LastUpdatedTimestamp": CREATED, "ResourceStatus": "X"}
    listed = [{"LogicalResourceId": each, "PhysicalResourceId": each} | common for each in identifiers]
    return {"StackResourceSummaries": [*listed, {"LogicalResourceId": "x"} | common]}


def test_what_the_outputs_name_is_the_stack_s_own(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeStacks=stacks())
    found = Owners(aws)
    assert found.of(KEY) == found.of("nothing", ARN) == "private-packages"
    assert found.of("nothing") is None


def test_a_stack_that_has_only_taken_over_has_its_resources(scripted: Callable[..., Any]) -> None:
    half = stacks("IMPORT_COMPLETE", Outputs=[], Description=names.TAKEN_OVER)
    aws, _ = scripted(
        DescribeStacks=half,
        ListStackResources=resources(ARN),
    )
    assert Owners(aws).of(ARN) == "private-packages"


def test_stacks_of_other_templates_have_nothing_of_ours(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(DescribeStacks=stacks(Outputs=[{"OutputKey": "X", "OutputValue": ARN}]))
    assert Owners(aws).of(ARN) is None
    assert session.sent == [("DescribeStacks", {})]
