"""Starting operations, and following them at a bounded cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.stack_sets.existing import Operation, Purpose
from private_packages.aws.stack_sets.operation import (
    CALLS_PER_MINUTE,
    LONGEST_PAUSE,
    PATIENCE,
    CountBy,
    Progress,
    carry_out,
    follow,
)
from private_packages.aws.stack_sets.plan import Step
from private_packages.aws.stack_sets.stack_set import StackSet
from tests.aws import ErrorAnswer

ONE = Operation("one", "CREATE", "RUNNING")


def described(status: str, operation_id: str = "one", action: str = "CREATE") -> dict[str, Any]:
    return {"StackSetOperation": {"OperationId": operation_id, "Action": action, "Status": status}}


def results(*statuses: str, region: str = "us-east-1", token: str = "") -> dict[str, Any]:
    entries = [
        {"Account": f"{number:012}", "Region": region, "Status": status, "OrganizationalUnitId": "r-ab12"}
        for number, status in enumerate(statuses)
    ]
    return {"Summaries": entries} | ({"NextToken": token} if token else {})


@dataclass
class Clock:
    """Stands in for sleep."""

    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def pages(instances: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answer for so many instances, a hundred a page, half of them done."""

    def answer(parameters: dict[str, Any]) -> dict[str, Any]:
        start = int(parameters.get("NextToken", 0))
        end = min(instances, start + parameters["MaxResults"])
        statuses = ["SUCCEEDED" if number % 2 else "PENDING" for number in range(start, end)]
        return results(*statuses, token=str(end) if end < instances else "")

    return answer


def last(updates: Iterator[Progress]) -> Progress:
    [*_, progress] = updates
    return progress


class TestFollowing:
    def test_it_tells_how_far_it_is_until_the_end(self, scripted: Callable[..., Any]) -> None:
        aws, session = scripted(
            DescribeStackSetOperation=[described("QUEUED"), described("RUNNING"), described("SUCCEEDED")],
            ListStackSetOperationResults=[
                results(),
                results("SUCCEEDED", "RUNNING", "PENDING"),
                results("SUCCEEDED", token="x"),
                results("SUCCEEDED", "FAILED", region="eu-west-1"),
            ],
        )
        clock = Clock()
        updates = list(follow(StackSet(aws, "checks"), [ONE], sleep=clock.sleep))
        assert [update.counts for update in updates] == [
            {},
            {"us-east-1": {"SUCCEEDED": 1, "RUNNING": 1, "PENDING": 1}},
            {"eu-west-1": {"SUCCEEDED": 1, "FAILED": 1}, "us-east-1": {"SUCCEEDED": 1}},
        ]
        assert [update.is_over for update in updates] == [False, False, True]
        assert clock.pauses == [5, 5]
        assert session.sent[-1][1]["NextToken"] == "x"

    def test_an_operation_that_succeeded_as_a_whole_may_have_failed_in_accounts(
        self, scripted: Callable[..., Any]
    ) -> None:
        aws, _ = scripted(
            DescribeStackSetOperation=described("SUCCEEDED"),
            ListStackSetOperationResults=results("SUCCEEDED", "FAILED"),
        )
        assert not last(follow(StackSet(aws, "checks"), [ONE])).succeeded

    @pytest.mark.parametrize("status", ["FAILED", "STOPPED"])
    def test_one_that_ended_otherwise_did_not_succeed(
        self, scripted: Callable[..., Any], status: str
    ) -> None:
        aws, _ = scripted(
            DescribeStackSetOperation=described(status),
            ListStackSetOperationResults=results("SUCCEEDED", "CANCELLED"),
        )
        progress = last(follow(StackSet(aws, "checks"), [ONE]))
        assert progress.is_over
        assert not progress.succeeded
        assert progress.total("CANCELLED") == 1

    def test_what_has_ended_is_not_asked_about_again(self, scripted: Callable[..., Any]) -> None:
        states = {"one": ["SUCCEEDED"], "two": ["RUNNING", "RUNNING", "SUCCEEDED"]}

        def describe(parameters: dict[str, Any]) -> dict[str, Any]:
            operation_id = parameters["OperationId"]
            return described(states[operation_id].pop(0), operation_id)

        aws, _ = scripted(
            DescribeStackSetOperation=describe, ListStackSetOperationResults=results("SUCCEEDED")
        )
        operations = [ONE, Operation("two", "CREATE", "QUEUED")]
        progress = last(follow(StackSet(aws, "checks"), operations, sleep=Clock().sleep))
        assert progress.counts == {"us-east-1": {"SUCCEEDED": 2}}
        assert progress.succeeded

    def test_it_counts_by_unit_too(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(
            DescribeStackSetOperation=described("SUCCEEDED"),
            ListStackSetOperationResults=results("SUCCEEDED"),
        )
        assert last(follow(StackSet(aws, "checks"), [ONE], CountBy.UNIT)).counts == {
            "r-ab12": {"SUCCEEDED": 1}
        }


class TestItsCost:
    @pytest.mark.parametrize("instances", [10, 1_000, 10_000])
    def test_the_calls_a_minute_are_bounded(self, scripted: Callable[..., Any], instances: int) -> None:
        aws, session = scripted(
            DescribeStackSetOperation=[*[described("RUNNING")] * 9, described("SUCCEEDED")],
            ListStackSetOperationResults=pages(instances),
        )
        clock = Clock()
        last(follow(StackSet(aws, "checks"), [ONE], sleep=clock.sleep))
        in_a_round = 1 + -(-instances // 100)
        assert len(session.sent) == 10 * in_a_round
        # The last look is not followed by a pause.
        assert 9 * in_a_round / (sum(clock.pauses) / 60) <= CALLS_PER_MINUTE


class TestFaults:
    @pytest.mark.parametrize("code", ["Throttling", "ServiceUnavailable"])
    def test_what_may_pass_is_waited_for_longer_and_longer(
        self, scripted: Callable[..., Any], code: str
    ) -> None:
        aws, _ = scripted(
            DescribeStackSetOperation=[*[ErrorAnswer(code)] * 3, described("SUCCEEDED")],
            ListStackSetOperationResults=results("SUCCEEDED"),
        )
        clock = Clock()
        assert last(follow(StackSet(aws, "checks"), [ONE], sleep=clock.sleep)).succeeded
        assert clock.pauses == [10, 20, 40]

    def test_but_not_for_ever(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(DescribeStackSetOperation=ErrorAnswer("Throttling", "Rate exceeded"))
        clock = Clock()
        with pytest.raises(AwsError, match="Rate exceeded"):
            last(follow(StackSet(aws, "checks"), [ONE], sleep=clock.sleep))
        assert len(clock.pauses) == PATIENCE - 1
        assert max(clock.pauses) <= LONGEST_PAUSE

    def test_a_round_that_failed_half_way_is_not_counted(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(
            DescribeStackSetOperation=[described("RUNNING"), described("SUCCEEDED")],
            ListStackSetOperationResults=[
                results("SUCCEEDED", token="x"),
                ErrorAnswer("Throttling"),
                results("SUCCEEDED"),
            ],
        )
        updates = list(follow(StackSet(aws, "checks"), [ONE], sleep=Clock().sleep))
        assert [update.counts for update in updates] == [{"us-east-1": {"SUCCEEDED": 1}}]

    @pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "OperationNotFoundException"])
    def test_what_does_not_pass_ends_it_at_once(self, scripted: Callable[..., Any], code: str) -> None:
        aws, _ = scripted(DescribeStackSetOperation=ErrorAnswer(code))
        clock = Clock()
        with pytest.raises(AwsError):
            last(follow(StackSet(aws, "checks"), [ONE], sleep=clock.sleep))
        assert clock.pauses == []


class TestCarryingOut:
    CREATE_SET = Step("create_stack_set", {"TemplateBody": "x"}, "Create it.")
    INSTANCES = Step(
        "create_stack_instances",
        {"Accounts": ["111122223333"], "Regions": ["us-east-1"]},
        "Create them.",
        Purpose.START,
    )

    def test_each_operation_tells_by_its_id_what_it_is_for(self, scripted: Callable[..., Any]) -> None:
        aws, session = scripted(CreateStackSet={}, CreateStackInstances={})
        [operation] = carry_out(StackSet(aws, "checks"), [self.CREATE_SET, self.INSTANCES])
        assert operation.was_for(Purpose.START)
        assert (operation.action, operation.status) == ("CREATE", "RUNNING")
        assert [name for name, _ in session.sent] == ["CreateStackSet", "CreateStackInstances"]
        assert session.sent[1][1] == {
            "StackSetName": "checks",
            "CallAs": "SELF",
            "Accounts": ["111122223333"],
            "Regions": ["us-east-1"],
            "OperationId": operation.id,
        }

    def test_an_answer_that_was_lost_on_the_way_is_not_a_fault(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(
            CreateStackInstances=ErrorAnswer("OperationIdAlreadyExistsException"),
        )
        [operation] = carry_out(StackSet(aws, "checks"), [self.INSTANCES])
        assert operation.status == "RUNNING"

    def test_where_only_one_may_run_the_rest_waits(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(
            CreateStackInstances=[{}, ErrorAnswer("OperationInProgressException")],
        )
        assert len(list(carry_out(StackSet(aws, "checks"), [self.INSTANCES] * 3))) == 1

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            (
                "OperationInProgressException",
                (
                    "Another operation runs on the stack set checks: see what runs with"
                    " `private-packages rollout watch`."
                ),
            ),
            (
                "StaleRequestException",
                "Somebody else changed the stack set checks at the same time: try again.",
            ),
            (
                "StackSetNotFoundException",
                "There is no stack set checks in us-east-1: correct --name, --region or --profile.",
            ),
            (
                "LimitExceededException",
                (
                    "Cannot call create_stack_instances for the stack set checks"
                    " (LimitExceededException): said AWS."
                ),
            ),
        ],
    )
    def test_what_aws_refuses_is_a_sentence(
        self, scripted: Callable[..., Any], code: str, sentence: str
    ) -> None:
        aws, _ = scripted(CreateStackInstances=ErrorAnswer(code))
        with pytest.raises(AwsError) as refused:
            list(carry_out(StackSet(aws, "checks"), [self.INSTANCES]))
        assert (str(refused.value), refused.value.code) == (sentence, code)

    def test_a_name_that_was_taken_meanwhile_is_a_sentence(self, scripted: Callable[..., Any]) -> None:
        aws, _ = scripted(CreateStackSet=ErrorAnswer("NameAlreadyExistsException"))
        message = r"^Somebody else made a stack set checks at the same time: try again\.$"
        with pytest.raises(AwsError, match=message):
            list(carry_out(StackSet(aws, "checks"), [self.CREATE_SET]))
