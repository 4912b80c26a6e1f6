"""What a rollout would do: from what there has to be, and what there is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator import names
from private_packages.aws.errors import StackSetError
from private_packages.aws.stack.access import AccessChange
from private_packages.aws.stack_sets import consent
from private_packages.aws.stack_sets.definition import Definition
from private_packages.aws.stack_sets.existing import Existing, Place, Purpose
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.aws.stack_sets.targets import Targets


@dataclass(frozen=True)
class Step:
    """A call that a rollout makes."""

    call: str
    parameters: Mapping[str, object]
    sentence: str
    purpose: Purpose | None = None
    """What the operation is for that the call starts; None where it starts none."""


@dataclass(frozen=True)
class Plan:
    """A rollout, before it begins."""

    stack_set: StackSet
    definition: Definition
    targets: Targets
    regions: Sequence[str]
    preferences: Preferences
    existing: Existing
    notes: Sequence[str] = ()
    """What could not be seen, a sentence each."""
    organization: str = ""
    """The accounts' own; empty where that is not known."""

    def __post_init__(self) -> None:
        """Refuse what cannot be rolled out.

        Raises:
            StackSetError: the set was made of something else.
        """
        if self.existing.description is not None:
            self.definition.require_ours(self.stack_set.name, self.existing.description)

    @property
    def places(self) -> Iterator[Place]:
        """The accounts and Regions that there have to be instances in."""
        return ((member.id, region) for member in self.targets.members for region in self.regions)

    @cached_property
    def differences(self) -> Sequence[str]:
        """What of the existing set is not as it has to be."""
        return self.definition.differences(self.existing.description) if self.existing.description else []

    @cached_property
    def access(self) -> Sequence[AccessChange]:
        """Who gains and who loses access where the set is brought up to date."""
        if not (self.existing.description and self.differences):
            return []
        return consent.access_changes(self.definition, self.existing.description, self.organization)

    @cached_property
    def needs_consent(self) -> Mapping[str, str]:
        """Why the set is not brought up to date without consent, by the option that gives it."""
        if not (self.existing.description and self.differences):
            return {}
        return consent.needed(self.definition, self.existing.description, self.access)

    def require_consent(self, given: Collection[str]) -> None:
        """Refuse what the user has not agreed to with one of these options.

        Raises:
            StackSetError: one is missing.
        """
        if missing := {option: why for option, why in self.needs_consent.items() if option not in given}:
            raise StackSetError(
                f"This needs {' and '.join(missing)}: {' '.join(missing.values())} Nothing was changed."
            )

    @cached_property
    def missing(self) -> frozenset[Place]:
        """Where there is no instance yet."""
        return frozenset(place for place in self.places if place not in self.existing.instances)

    @property
    def monthly_cost(self) -> float:
        """What the keys and secrets cost in USD a month that instances still to be created bring."""
        secrets = len(names.secret_names(self.definition.template.defaults))
        each = names.KEY_MONTHLY_USD + secrets * names.SECRET_MONTHLY_USD if secrets else 0.0
        return each * len(self.missing)

    @cached_property
    def outdated(self) -> frozenset[Place]:
        """Where there is an instance that is not as the set, mostly because it failed."""
        return frozenset(
            place for place in self.places if self.existing.instances.get(place, "CURRENT") != "CURRENT"
        )

    @cached_property
    def elsewhere(self) -> frozenset[Place]:
        """Where there are instances that the targets do not include."""
        included = {member.id for member in self.targets.suspended}
        others = frozenset(self.existing.instances) - frozenset(self.places)
        return frozenset(place for place in others if place[0] not in included)

    @cached_property
    def steps(self) -> Sequence[Step]:
        """What has to be done, in this order; nothing where all is there and current."""
        return list(self._steps())

    def _steps(self) -> Iterator[Step]:
        description, name = self.existing.description, self.stack_set.name
        due = self.missing | self.outdated
        if description is None:
            yield Step("create_stack_set", self.definition.creation(), f"Create the stack set {name}.")
        elif self.differences:
            # No targets: a set has one template, and with AutoDeployment the call takes none.
            count = len(self.existing.instances)
            what = f"{count:,} {plural('instance', count)}"
            sentence = f"Bring the stack set {name} and all of its {what} up to date."
            update = self.definition.update(description) | {
                "OperationPreferences": self.preferences.parameters()
            }
            yield Step("update_stack_set", update, sentence, Purpose.START)
            due = self.missing
        yield from self._instances(due)

    def _instances(self, due: frozenset[Place]) -> Iterator[Step]:
        """Create instances, a call for all Regions in which the same accounts are due."""
        for batch in self.targets.batches:
            regions: dict[frozenset[str], list[str]] = {}
            for region in self.regions:
                accounts = frozenset(account for account in batch.accounts if (account, region) in due)
                regions.setdefault(accounts, []).append(region)
            for accounts, where in regions.items():
                if accounts:
                    parameters = batch.parameters(accounts) | {
                        "Regions": where,
                        "OperationPreferences": self.preferences.parameters(),
                    }
                    yield Step(
                        # It also tries again where an instance is outdated; UpdateStackInstances would not
                        # do: it is for overriding parameters.
                        "create_stack_instances",
                        parameters,
                        self._in_words(accounts, where),
                        Purpose.START,
                    )

    def _in_words(self, accounts: frozenset[str], regions: Sequence[str]) -> str:
        places = {(account, region) for account in accounts for region in regions}
        new, again = len(places & self.missing), len(places & self.outdated)
        what = [f"create {new:,} {plural('instance', new)}"] if new else []
        what += [f"try {again:,} {plural('instance', again)} again"] if again else []
        sentence = f"{' and '.join(what)} in {', '.join(regions)}."
        return sentence[0].upper() + sentence[1:]


def plural(noun: str, count: int) -> str:
    """Return a noun as it goes with a number."""
    return noun if count == 1 else f"{noun}s"
