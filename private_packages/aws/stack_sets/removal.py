"""Removing a stack set with all of its instances."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from private_packages.aws.stack_sets.existing import SUSPENDED, Existing, Purpose
from private_packages.aws.stack_sets.plan import Step
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.aws.stack_sets.targets import UNITS_IN_A_CALL, intersection


@dataclass(frozen=True)
class Removal:
    """The removal of a stack set, before it begins."""

    stack_set: StackSet
    existing: Existing
    preferences: Preferences
    retain_stacks: bool
    """Whether the stacks stay in their accounts, as stacks of their own."""

    @property
    def regions(self) -> list[str]:
        """The Regions that there are instances in."""
        return sorted({region for _, region in self.existing.instances})

    @property
    def accounts(self) -> list[str]:
        """The accounts that there are instances in."""
        return sorted({account for account, _ in self.existing.instances})

    @property
    def has_only_suspended(self) -> bool:
        """Whether all instances that are there are in suspended accounts."""
        return set(self.existing.instances.values()) == {SUSPENDED}

    def steps(self) -> Iterator[Step]:
        """Return the calls that delete the instances; the set itself can go only when they are gone."""
        suspended = {place[0] for place, status in self.existing.instances.items() if status == SUSPENDED}
        if set(self.accounts) - suspended or self.retain_stacks:
            yield from self._deletion(retain_stacks=self.retain_stacks)
        if suspended and not self.retain_stacks:
            # StackSets does not enter these accounts, but forgets their instances when it need not.
            yield from self._deletion(retain_stacks=True, only=sorted(suspended))

    def finish(self) -> bool:
        """Delete the set unless it has instances; returns whether it is gone.

        Raises:
            AwsError: AWS cannot be asked, or refuses.
        """
        if self.existing.instances:
            return False
        if self.existing.description is not None:
            self.stack_set.call("delete_stack_set")
        return True

    def _deletion(self, *, retain_stacks: bool, only: Sequence[str] = ()) -> Iterator[Step]:
        for where in self._targets(only):
            parameters = where | {
                "Regions": self.regions,
                "RetainStacks": retain_stacks,
                "OperationPreferences": self.preferences.parameters(),
            }
            yield Step("delete_stack_instances", parameters, "Delete the instances.", Purpose.REMOVE)

    def _targets(self, only: Sequence[str]) -> Iterator[dict[str, object]]:
        units = sorted(self.existing.units)
        if not units:
            yield {"Accounts": list(only or self.accounts)}
        for start in range(0, len(units), UNITS_IN_A_CALL):
            narrowed = intersection(only) if only else {}
            chunk = units[start : start + UNITS_IN_A_CALL]
            yield {"DeploymentTargets": {"OrganizationalUnitIds": chunk, **narrowed}}
