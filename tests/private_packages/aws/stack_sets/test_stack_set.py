"""A stack set, as every call names it."""

from collections.abc import Callable
from typing import Any

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.invocation import Invocation, running
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack_sets.sample import definition, described

Make = Callable[..., Any]


def test_every_call_says_as_whom(scripted: Make) -> None:
    aws, session = scripted(DescribeStackSet={"StackSet": described(definition())})
    assert StackSet(aws, "checks", "DELEGATED_ADMIN").describe()
    assert session.sent == [("DescribeStackSet", {"StackSetName": "checks", "CallAs": "DELEGATED_ADMIN"})]


def test_a_deleted_set_is_none(scripted: Make) -> None:
    aws, _ = scripted(DescribeStackSet={"StackSet": {**described(definition()), "Status": "DELETED"}})
    assert StackSet(aws, "checks").describe() is None


def test_all_pages_are_read_one_after_the_other(scripted: Make) -> None:
    pages = [{"Summaries": [{"Account": "1"}], "NextToken": "2"}, {"Summaries": [{"Account": "2"}]}]
    aws, session = scripted(ListStackInstances=pages)
    found = StackSet(aws, "checks").pages("list_stack_instances")
    assert next(found)["Account"] == "1"
    assert len(session.sent) == 1
    assert [each["Account"] for each in found] == ["2"]
    assert session.sent[1][1]["NextToken"] == "2"


def test_a_hint_leads_to_the_same_set(scripted: Make) -> None:
    """With the options that its user gave, which name the set, the Region and how it is managed."""
    aws, _ = scripted(ListStackInstances=ErrorAnswer("OperationInProgressException"))
    given = {
        "name": ["--name", "checks"],
        "self_managed": ["--self-managed"],
        "profile": ["--profile", "admin"],
    }
    options = "--name checks --self-managed --profile admin"
    with running(Invocation("rollout start", given)), pytest.raises(AwsError) as refused:
        list(StackSet(aws, "checks").pages("list_stack_instances"))
    assert f"`private-packages rollout watch {options}`" in str(refused.value)
