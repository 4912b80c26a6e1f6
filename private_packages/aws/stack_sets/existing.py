"""What is there of a stack set already: the set, its instances and the operations that are not over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from typing import TYPE_CHECKING
from uuid import uuid4

from private_packages import invocation
from private_packages.aws.errors import StackSetError
from private_packages.aws.stack_sets.stack_set import StackSet

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef, StackSetTypeDef

OPEN = ("QUEUED", "RUNNING", "STOPPING")
"""The states of an operation that is not over."""

SUSPENDED = "SUSPENDED"
"""The status of an instance in an account that was suspended when StackSets came to it."""


class Purpose(StrEnum):
    """What this command started an operation for, which the operation's id says."""

    START = "private-packages-start"
    REMOVE = "private-packages-remove"

    def new_id(self) -> str:
        """Return an id for an operation."""
        return f"{self}-{uuid4()}"


@dataclass(frozen=True)
class Operation:
    """An operation of a stack set."""

    id: str
    action: str
    """CREATE, UPDATE, DELETE or DETECT_DRIFT."""
    status: str
    """QUEUED, RUNNING, STOPPING, STOPPED, FAILED or SUCCEEDED."""

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.status in OPEN

    def was_for(self, purpose: Purpose) -> bool:
        """Return whether this command started it, and for this purpose."""
        return self.id.startswith(f"{purpose}-")


Place = tuple[str, str]
"""An account and a Region."""


@dataclass(frozen=True)
class Existing:
    """What is there of a stack set."""

    description: "StackSetTypeDef | None" = None
    """As CloudFormation describes it; None where there is none."""
    instances: Mapping[Place, str] = field(default_factory=dict)
    """CURRENT, OUTDATED (which a failed instance is, too), INOPERABLE, or SUSPENDED with its account."""
    units: Collection[str] = ()
    """The organizational units through which the instances came."""
    open_operations: Sequence[Operation] = ()

    def require_no_other_operation(self, stack_set: StackSet, purpose: Purpose) -> None:
        """Refuse to begin while an operation runs that this command did not start for this purpose.

        Raises:
            StackSetError: one runs.
        """
        for operation in self.open_operations:
            if not operation.was_for(purpose):
                raise StackSetError(
                    f"Another operation runs on the stack set {stack_set.name} ({operation.action},"
                    f" {operation.status}, {operation.id}): wait for its end"
                    f" ({invocation.command('rollout watch')}), or stop it"
                    f" ({invocation.command('rollout stop')})."
                )


def look(stack_set: StackSet) -> Existing:
    """Return what is there of a stack set.

    Raises:
        AwsError: AWS cannot be asked.
    """
    description = stack_set.describe()
    if description is None:
        return Existing()
    instances: dict[Place, str] = {}
    units: dict[str, None] = {}
    for instance in stack_set.pages("list_stack_instances"):
        # There may be a hundred thousand of them, but there are few Regions and statuses.
        instances[instance["Account"], intern(instance["Region"])] = intern(_status(instance))
        if unit := instance.get("OrganizationalUnitId"):
            units[unit] = None
    return Existing(
        description, instances, list(units), [found for found in operations(stack_set) if found.is_open]
    )


def _status(instance: "StackInstanceSummaryTypeDef") -> str:
    detail = instance.get("StackInstanceStatus", {}).get("DetailedStatus")
    return SUSPENDED if detail == "SKIPPED_SUSPENDED_ACCOUNT" else str(instance["Status"])


def operations(stack_set: StackSet) -> list[Operation]:
    """Return all operations of a stack set that CloudFormation remembers, the newest first.

    Raises:
        AwsError: there is no such stack set, or AWS cannot be asked.
    """
    summaries = sorted(
        stack_set.pages("list_stack_set_operations"),
        key=lambda summary: summary["CreationTimestamp"],
        reverse=True,
    )
    return [Operation(found["OperationId"], found["Action"], found["Status"]) for found in summaries]
