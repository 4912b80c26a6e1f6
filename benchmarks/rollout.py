"""What it costs to follow a rollout, and to show how a large one stands.

AWS does not take part: botocore answers by its model of the service, on a clock that stands still but for the
pauses. Every twentieth instance has failed.
"""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from rich.console import Console

from benchmarks.table import Row, medians
from private_packages.aws.aws import Aws
from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import follow
from private_packages.aws.stack_sets.overview import Overview
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands.rollout import progress
from private_packages.commands.rollout.status import page, text
from tests.aws import Scripted
from tests.private_packages.aws.stack_sets.rollouts import overview, summary, too_old

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

RUNS = 5
SIZES = (10, 1_000, 10_000)
ROUNDS = 5
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
OPERATION = Operation("one", "CREATE", "RUNNING")


class Rollout:
    """A rollout to so many instances, a hundred a page, of which more are done in each round."""

    def __init__(self, size: int, rounds: int) -> None:
        self.size, self.rounds = size, rounds
        self.round = 0

    def describe(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeStackSetOperation, which begins a round."""
        self.round += 1
        status = "SUCCEEDED" if self.round >= self.rounds else "RUNNING"
        return {"StackSetOperation": {"OperationId": "one", "Action": "CREATE", "Status": status}}

    def results(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Answer ListStackSetOperationResults."""
        start = int(parameters.get("NextToken", 0))
        end = min(self.size, start + 100)
        summaries = [
            {
                "Account": f"{number:012}",
                "Region": REGIONS[number % len(REGIONS)],
                "Status": "SUCCEEDED" if number % self.rounds < self.round else "PENDING",
            }
            for number in range(start, end)
        ]
        return {"Summaries": summaries} | ({"NextToken": str(end)} if end < self.size else {})


def rows() -> Iterator[Row]:
    """Tell of each size; nobody else shows this."""
    for size in SIZES:
        what = f"rollout start, {size:,} instances"
        yield Row(f"{what}, asks AWS in a minute", _calls_a_minute(size), "calls")
        [look] = medians(RUNS, _one_look(size))
        yield Row(f"{what}, to look once", look)
    answered = json.dumps([_answer(number) for number in range(size)])
    names = {each["Account"]: f"account {each['Account'][-4:]}" for each in json.loads(answered)}
    tracemalloc.start()
    report = _read(answered, names)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    made = datetime(2026, 11, 25, tzinfo=UTC)
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=100)
    read, as_text, as_page = medians(
        RUNS,
        lambda: _read(answered, names),
        lambda: text.render(report, terminal),
        lambda: page.render(report, None, {}, made),
    )
    what = f"rollout status, {size:,} instances"
    yield Row(f"{what}, to read the answers", read)
    yield Row(f"{what}, to print them", as_text)
    yield Row(f"{what}, to write the page", as_page)
    yield Row("  the page", len(page.render(report, None, {}, made).encode()) / 1e6, "MB")
    yield Row("  what is kept in memory", held / 1e6, "MB")


def _stack_set(size: int, rounds: int) -> tuple[StackSet, Scripted]:
    rollout = Rollout(size, rounds)
    session = Scripted(
        boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing"),  # noqa: S106
        script={
            "DescribeStackSetOperation": rollout.describe,
            "ListStackSetOperationResults": rollout.results,
        },
    )
    return StackSet(Aws(session), "checks"), session  # type: ignore[arg-type]


def _calls_a_minute(size: int) -> float:
    stack_set, session = _stack_set(size, ROUNDS)
    pauses: list[float] = []
    for _ in follow(stack_set, [OPERATION], sleep=pauses.append):
        pass
    # The last round ends it, and is followed by no pause.
    return len(session.calls) * (ROUNDS - 1) / ROUNDS / sum(pauses) * 60


def _one_look(size: int) -> Callable[[], object]:
    """Return the task that asks for all instances, counts and draws them."""
    stack_set, _ = _stack_set(size, 1)
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    return lambda: progress.show(console, follow(stack_set, [OPERATION]))


def _answer(number: int) -> "StackInstanceSummaryTypeDef":
    """Return what ListStackInstances says of an instance."""
    region = REGIONS[number % 3]
    if number % 20:
        return summary(number, "SUCCEEDED", region=region)
    return summary(number, "FAILED", too_old(number, f"1.{number % 25}.0"), region=region)


def _read(answered: str, names: dict[str, str]) -> Overview:
    """Return the report that is made of these answers; parsed as from AWS, no two share a string."""
    return overview([instances.read(each, names) for each in json.loads(answered)])
