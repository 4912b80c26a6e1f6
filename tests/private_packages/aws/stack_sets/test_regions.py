"""The Regions of a rollout have to exist and to be enabled."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, StackSetError
from private_packages.aws.stack_sets.regions import require_enabled
from tests.aws import ErrorAnswer

WHO = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me", "UserId": "x"}
REGIONS = {
    "Regions": [
        {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "eu-south-1", "OptInStatus": "opted-in"},
        {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
    ]
}
DENIED = ErrorAnswer("UnauthorizedOperation")


def test_enabled_ones_pass(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(DescribeRegions=REGIONS)
    assert require_enabled(aws, ["us-east-1", "eu-south-1"]) == ""
    assert session.sent == [("DescribeRegions", {"AllRegions": True})]


def test_one_that_is_not_enabled_is_refused(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeRegions=REGIONS)
    with pytest.raises(StackSetError) as refused:
        require_enabled(aws, ["us-east-1", "af-south-1"])
    assert str(refused.value) == (
        "Region af-south-1 is not enabled in this account: enable it there and in all accounts that the"
        " rollout goes to, or leave it out of --regions."
    )


@pytest.mark.parametrize("answer", [REGIONS, DENIED])
def test_one_that_does_not_exist_is_refused(scripted: Callable[..., Any], answer: Any) -> None:
    aws, _ = scripted(DescribeRegions=answer, GetCallerIdentity=WHO)
    with pytest.raises(StackSetError, match=r"^There is no Region mars-east-1: correct --regions\.$"):
        require_enabled(aws, ["us-east-1", "mars-east-1"])


def test_who_may_not_ask_is_told_what_could_not_be_seen(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeRegions=DENIED, GetCallerIdentity=WHO)
    assert require_enabled(aws, ["af-south-1"]) == (
        "Could not see which Regions the account has enabled (that takes ec2:DescribeRegions): only saw that"
        " they exist."
    )


def test_other_faults_are_told(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeRegions=ErrorAnswer("InternalError"))
    with pytest.raises(AwsError, match="InternalError"):
        require_enabled(aws, ["us-east-1"])
