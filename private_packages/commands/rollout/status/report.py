"""What there is to show about a stack set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from private_packages.aws.stack_sets.instances import Instance, Outcome, ReasonGroup


@dataclass(frozen=True)
class Report:
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


def some(names: Sequence[str], most: int) -> str:
    """Return the first names and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
