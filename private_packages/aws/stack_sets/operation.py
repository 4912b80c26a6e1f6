"""Starting, following and stopping the operations of a stack set."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from private_packages.aws.errors import AwsError
from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.plan import Step
from private_packages.aws.stack_sets.stack_set import StackSet

CALLS_PER_MINUTE = 60
"""How often AWS is asked at the most, however many instances there are."""

SHORTEST_PAUSE = 5
"""Seconds; nothing in a stack changes faster."""

LONGEST_PAUSE = 300
"""Seconds, after failures."""

PATIENCE = 6
"""How many times in a row a round may fail before following ends."""

_ACTIONS = {
    "create_stack_instances": "CREATE",
    "update_stack_set": "UPDATE",
    "delete_stack_instances": "DELETE",
}


class CountBy(StrEnum):
    """What the results are counted by, as CloudFormation names it."""

    REGION = "Region"
    UNIT = "OrganizationalUnitId"


Result = Literal["SUCCEEDED", "FAILED", "CANCELLED", "RUNNING", "PENDING"]


@dataclass(frozen=True)
class Progress:
    """How far operations are."""

    operations: Sequence[Operation]
    counts: Mapping[str, Mapping[str, int]]
    """How many instances have each Result, by Region or unit."""

    def total(self, *results: Result) -> int:
        """Return how many instances have one of these results; without any, how many there are."""
        return sum(
            count
            for group in self.counts.values()
            for result, count in group.items()
            if not results or result in results
        )

    @property
    def is_over(self) -> bool:
        """Whether all operations have ended."""
        return not any(operation.is_open for operation in self.operations)

    @property
    def succeeded(self) -> bool:
        """Whether they did what they were to do everywhere.

        An operation succeeds as a whole when no more instances failed than it tolerates, which may be all.
        """
        ended_well = all(operation.status == "SUCCEEDED" for operation in self.operations)
        return ended_well and not self.total("FAILED")


def carry_out(stack_set: StackSet, steps: Iterable[Step]) -> Iterator[Operation]:
    """Make the calls and return the operations that they start, each as it has been started.

    It ends early where the set takes only one operation at a time: the rest has to wait for the first.

    Raises:
        AwsError: AWS cannot be asked, or refuses.
    """
    is_first = True
    for step in steps:
        if step.purpose is None:
            stack_set.call(step.call, **step.parameters)
            continue
        operation_id = step.purpose.new_id()
        try:
            stack_set.call(step.call, **step.parameters, OperationId=operation_id)
        except AwsError as error:
            if error.code == "OperationInProgressException" and not is_first:
                return
            # The id is new: so the answer to an earlier attempt of this very call was lost.
            if error.code != "OperationIdAlreadyExistsException":
                raise
        is_first = False
        yield Operation(operation_id, _ACTIONS[step.call], "RUNNING")


def look_up(stack_set: StackSet, operation_id: str) -> Operation:
    """Return an operation as it is now.

    Raises:
        AwsError: AWS cannot be asked.
    """
    found = stack_set.call("describe_stack_set_operation", OperationId=operation_id)["StackSetOperation"]
    return Operation(found["OperationId"], found["Action"], found["Status"])


def follow(
    stack_set: StackSet,
    operations: Iterable[Operation],
    group: CountBy = CountBy.REGION,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Progress]:
    """Return how far operations are, again and again until all have ended.

    All that is kept of an instance is that it counts. The more calls a look at all of them takes, the rarer
    it is taken.

    Raises:
        AwsError: AWS cannot be asked several times in a row, or refuses.
    """
    watched = {operation.id: _Watched(operation) for operation in operations}
    failures = 0
    while True:
        calls = 0
        try:
            for entry in watched.values():
                for _ in entry.look(stack_set, group):
                    calls += 1
        except AwsError as error:
            failures += 1
            if not error.may_pass or failures >= PATIENCE:
                raise
            sleep(min(LONGEST_PAUSE, _pause(calls) * 2**failures))
            continue
        failures = 0
        progress = Progress(
            [entry.operation for entry in watched.values()],
            _sum(entry.counts for entry in watched.values()),
        )
        yield progress
        if progress.is_over:
            return
        sleep(_pause(calls))


def stop(stack_set: StackSet, operation: Operation) -> None:
    """Stop an operation: what has begun in an account is ended there, the rest is cancelled.

    Raises:
        AwsError: AWS cannot be asked, or refuses.
    """
    stack_set.call("stop_stack_set_operation", OperationId=operation.id)


class _Watched:
    """An operation and the last counts of its results."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.counts: dict[str, Counter[str]] = {}
        self._is_done = False

    def look(self, stack_set: StackSet, group: CountBy) -> Iterator[None]:
        """Bring it up to date; yields once for each call."""
        if self._is_done:
            return
        # In this order: what the results say after the end is final.
        operation = look_up(stack_set, self.operation.id)
        yield
        counts: dict[str, Counter[str]] = {}
        for results in stack_set.answers(
            "list_stack_set_operation_results", OperationId=operation.id, MaxResults=100
        ):
            for result in results:
                counts.setdefault(result.get(group, ""), Counter())[result["Status"]] += 1
            yield
        self.operation, self.counts, self._is_done = operation, counts, not operation.is_open


def _pause(calls: int) -> float:
    return max(SHORTEST_PAUSE, calls * 60 / CALLS_PER_MINUTE)


def _sum(counts: Iterable[Mapping[str, Counter[str]]]) -> dict[str, Counter[str]]:
    total: dict[str, Counter[str]] = {}
    for groups in counts:
        for group, results in groups.items():
            total.setdefault(group, Counter()).update(results)
    return dict(sorted(total.items()))
