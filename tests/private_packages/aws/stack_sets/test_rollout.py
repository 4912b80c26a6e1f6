"""A program rolls out and removes: without a command or a terminal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from private_packages.aws.aws import sign_in
from private_packages.aws.errors import WatchingEndedError
from private_packages.aws.stack_sets.operation import CountBy, Progress
from private_packages.aws.stack_sets.plan import Plan
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.removal import Removal
from private_packages.aws.stack_sets.rollout import Rollout, remove
from private_packages.aws.stack_sets.stack_set import StackSet
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.sample import PARAMETERS, definition
from tests.private_packages.aws.stack_sets.service import StackSets


@dataclass
class Program:
    """A dialogue without a person."""

    told: list[str] = field(default_factory=list)
    proposed: list[Plan | Removal] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        self.told.append(sentence)

    def agree(self, proposal: Plan | Removal) -> None:
        self.proposed.append(proposal)

    def show(self, updates: Iterable[Progress]) -> Progress:
        *_, last = updates
        return last


@pytest.fixture
def rollout(stack_sets: StackSets) -> Rollout:
    assert stack_sets
    return Rollout(
        sign_in(None, "us-east-1"),
        "checks",
        definition(parameters={**PARAMETERS, "OrganizationId": "o-a1b2c3d4e5"}),
        Preferences(),
        units=(),
        accounts=(),
        exclude=(),
        regions=("us-east-1",),
        build_roles=("builder",),
        stack_name="private-packages",
    )


def test_a_program_rolls_out_and_removes(rollout: Rollout, organization: Grow) -> None:
    organization(3)
    program = Program()
    plan, progress = rollout.start(program, CountBy.REGION)
    assert progress
    assert progress.succeeded
    assert progress.total("SUCCEEDED") == 3
    assert program.proposed == [plan]
    assert rollout.start(program, CountBy.REGION)[1] is None
    removed = remove(StackSet(rollout.aws, "checks"), Preferences(), program, CountBy.REGION)
    assert removed.is_gone
    assert remove(StackSet(rollout.aws, "checks"), Preferences(), program, CountBy.REGION).progress is None


def test_a_set_that_takes_one_operation_at_a_time_is_gone_on_with(
    rollout: Rollout, organization: Grow, stack_sets: StackSets
) -> None:
    """Without managed execution, the second call of a plan is refused while the first one runs."""
    tree = organization(3)
    replace(rollout, accounts=tree.accounts[:1]).start(Program(), CountBy.REGION)
    stack_sets.sets["checks"].description["ManagedExecution"] = {"Active": False}
    program = Program()
    # Two accounts are due in the one Region, three in the other: two calls.
    both = replace(rollout, regions=("us-east-1", "eu-west-1"))
    plan, progress = both.start(program, CountBy.REGION)
    assert len(program.proposed) == 2
    assert progress
    assert progress.succeeded
    assert set(stack_sets.sets["checks"].instances) == set(plan.places)


def test_who_stops_watching_is_told_how_to_go_on(rollout: Rollout, organization: Grow) -> None:
    class Impatient(Program):
        def show(self, updates: Iterable[Progress]) -> Progress:
            next(iter(updates))
            raise KeyboardInterrupt

    organization(1)
    with pytest.raises(WatchingEndedError, match="watch it again with `private-packages rollout watch`"):
        rollout.start(Impatient(), CountBy.REGION)
    program = Program()
    rollout.start(program, CountBy.REGION)
    assert program.told == ["A rollout runs already: following it."]
