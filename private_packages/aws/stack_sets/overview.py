"""How far a rollout is: what became of a stack set's instances, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from private_packages.aws.stack_sets import instances, role_versions
from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup
from private_packages.aws.stack_sets.stack_set import StackSet


@dataclass(frozen=True)
class Overview:
    """How far a rollout is."""

    stack_set: str
    region: str
    """Where the stack set itself is."""
    account: str
    """The account that administers it."""
    counts: Mapping[Outcome, int]
    """Of all instances, also where not all of them are shown."""
    groups: Sequence[ReasonGroup]
    instances: Sequence[Instance]
    """Those that are to be shown."""

    @property
    def total(self) -> int:
        """How many instances there are."""
        return sum(self.counts.values())

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do: a suspended account is out of reach until somebody reopens it."""
        finished = self.counts[Outcome.DONE] + self.counts[Outcome.SKIPPED]
        return 0 < finished == self.total


def read(stack_set: StackSet, role_name: str | None) -> Overview:
    """Read what became of the instances.

    Args:
        stack_set: the set.
        role_name: what is assumed in each account to read the Stackery Role's version; None to do without.

    Raises:
        AwsError: there is no such set, or AWS cannot be asked.
    """
    aws = stack_set.aws
    found = instances.list_all(stack_set, instances.account_names(aws))
    if role_name:
        roles = aws.roles(role_name, actions=role_versions.ACTIONS, connections=role_versions.AT_ONCE)
        found = role_versions.add(found, roles.assume)
    return Overview(
        stack_set=stack_set.name,
        region=aws.region,
        account=aws.identity.account,
        counts=instances.count(found),
        groups=instances.group(found),
        instances=found,
    )
