"""What following a rollout costs: calls a minute, memory, and the time to show it.

Run it with `python -m benchmarks.watch`. botocore answers by its model of the service, on a clock that stands
still but for the pauses.
"""

import io
import time
import tracemalloc
from typing import Any

import boto3
from rich.console import Console

from private_packages.aws.aws import Aws
from private_packages.aws.stack_sets.existing import Operation, look
from private_packages.aws.stack_sets.operation import follow
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands.rollout import progress
from tests.aws import Scripted

ROUNDS = 5
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2")
OPERATION = Operation("one", "CREATE", "RUNNING")


class Rollout:
    """A rollout to so many instances, a hundred a page, of which more are done in each round."""

    def __init__(self, instances: int) -> None:
        self.instances = instances
        self.round = 0

    def describe(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeStackSetOperation, which begins a round."""
        self.round += 1
        status = "SUCCEEDED" if self.round == ROUNDS else "RUNNING"
        return {"StackSetOperation": {"OperationId": "one", "Action": "CREATE", "Status": status}}

    def results(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Answer ListStackSetOperationResults."""
        return self._page(parameters, self._status)

    def list_instances(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Answer ListStackInstances."""
        return self._page(parameters, lambda _: "CURRENT")

    def _status(self, number: int) -> str:
        return "SUCCEEDED" if number % ROUNDS < self.round else "PENDING"

    def _page(self, parameters: dict[str, Any], status: Any) -> dict[str, Any]:
        start = int(parameters.get("NextToken", 0))
        end = min(self.instances, start + 100)
        summaries = [
            {
                "Account": f"{number // len(REGIONS):012}",
                "Region": REGIONS[number % len(REGIONS)],
                "Status": status(number),
            }
            for number in range(start, end)
        ]
        return {"Summaries": summaries} | ({"NextToken": str(end)} if end < self.instances else {})


def aws(rollout: Rollout) -> tuple[Aws, Scripted]:
    """Return AWS that answers for a rollout."""
    session = Scripted(
        boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing"),  # noqa: S106
        script={
            "DescribeStackSetOperation": rollout.describe,
            "ListStackSetOperationResults": rollout.results,
            "DescribeStackSet": {"StackSet": {"StackSetName": "checks"}},
            "ListStackInstances": rollout.list_instances,
            "ListStackSetOperations": {"Summaries": []},
        },
    )
    return Aws(session), session  # type: ignore[arg-type]


def calls_a_minute(instances: int) -> float:
    """Return how many calls following makes a minute."""
    reached, session = aws(Rollout(instances))
    pauses: list[float] = []
    for _ in follow(StackSet(reached, "checks"), [OPERATION], sleep=pauses.append):
        pass
    # The last round ends it, and is followed by no pause.
    return len(session.calls) * (ROUNDS - 1) / ROUNDS / sum(pauses) * 60


def bytes_of_the_plan(instances: int) -> float:
    """Return how much memory the instances that are there take, each."""
    reached, session = aws(Rollout(instances))
    stack_set = StackSet(reached, "checks")
    look(stack_set)  # so that the clients' own memory does not count
    session.sent.clear()
    session.calls.clear()
    tracemalloc.start()
    state = look(stack_set)
    session.sent.clear()
    session.calls.clear()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(state.instances)


def seconds_to_show(instances: int) -> float:
    """Return how long it takes to count and to draw one look at all instances, without the calls for it."""
    rollout = Rollout(instances)
    rollout.round = 2
    pages = [rollout.results({"NextToken": str(start)})["Summaries"] for start in range(0, instances, 100)]

    class Answered(StackSet):
        def call(self, operation: str, **_: Any) -> dict[str, Any]:
            assert operation == "describe_stack_set_operation"  # noqa: S101
            return {"StackSetOperation": {"OperationId": "one", "Action": "CREATE", "Status": "SUCCEEDED"}}

        def answers(self, _: str, **__: Any) -> Any:
            return iter(pages)

    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    start = time.perf_counter()
    progress._as_bars(console, follow(Answered(aws(rollout)[0], "checks"), [OPERATION]))
    return time.perf_counter() - start


def main() -> None:
    """Print it for a small, a large and the largest organization."""
    print(f"{'instances':>9}  {'calls a minute':>14}  {'bytes each':>10}  {'seconds to show':>15}")
    for instances in (10, 1_000, 10_000):
        print(
            f"{instances:9,}  {calls_a_minute(instances):14.0f}  {bytes_of_the_plan(instances):10.0f}"
            f"  {seconds_to_show(instances):15.3f}"
        )


if __name__ == "__main__":
    main()
