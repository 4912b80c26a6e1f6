"""What the removal of a stack set sends."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.stack_sets.existing import Existing, Place
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.removal import Removal
from private_packages.aws.stack_sets.stack_set import StackSet

ONE, TWO = "111122223333", "444455556666"
EAST, WEST = "us-east-1", "us-west-2"
INSTANCES: Mapping[Place, str] = {(ONE, EAST): "CURRENT", (TWO, WEST): "OUTDATED"}


def removal(aws: Aws, instances: Mapping[Place, str], *units: str, retain_stacks: bool = False) -> Removal:
    state = Existing({"StackSetName": "checks"}, instances, units)
    return Removal(StackSet(aws, "checks"), state, Preferences(), retain_stacks)


def sent(of: Removal) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in step.parameters.items() if key != "OperationPreferences"}
        for step in of.steps()
    ]


@pytest.fixture
def aws(scripted: Callable[..., Any]) -> Aws:
    found: Aws = scripted()[0]
    return found


def test_instances_go_by_the_units_through_which_they_came(aws: Aws) -> None:
    assert sent(removal(aws, INSTANCES, "r-ab12")) == [
        {
            "DeploymentTargets": {"OrganizationalUnitIds": ["r-ab12"]},
            "Regions": [EAST, WEST],
            "RetainStacks": False,
        }
    ]


def test_without_units_they_go_by_account(aws: Aws) -> None:
    assert sent(removal(aws, INSTANCES, retain_stacks=True)) == [
        {"Accounts": [ONE, TWO], "Regions": [EAST, WEST], "RetainStacks": True}
    ]


def test_those_of_suspended_accounts_go_without_their_stacks(aws: Aws) -> None:
    first, second = sent(removal(aws, {**INSTANCES, (TWO, EAST): "SUSPENDED"}, "r-ab12"))
    assert first["RetainStacks"] is False
    assert second == {
        "DeploymentTargets": {
            "OrganizationalUnitIds": ["r-ab12"],
            "Accounts": [TWO],
            "AccountFilterType": "INTERSECTION",
        },
        "Regions": [EAST, WEST],
        "RetainStacks": True,
    }


def test_where_only_those_are_left_they_are_all_that_is_deleted(aws: Aws) -> None:
    [only] = sent(removal(aws, {(TWO, EAST): "SUSPENDED"}, "r-ab12"))
    assert only["RetainStacks"] is True


def test_more_units_than_a_call_takes_become_several_calls(aws: Aws) -> None:
    units = [f"ou-ab12-{number:08}" for number in range(120)]
    targets = [
        call["DeploymentTargets"]["OrganizationalUnitIds"] for call in sent(removal(aws, INSTANCES, *units))
    ]
    assert [len(chunk) for chunk in targets] == [50, 50, 20]
    assert [unit for chunk in targets for unit in chunk] == units


def test_without_instances_there_is_nothing_to_delete_but_the_set(scripted: Callable[..., Any]) -> None:
    aws, session = scripted(DeleteStackSet={})
    assert sent(removal(aws, {})) == []
    assert removal(aws, {}).finish()
    assert session.sent == [("DeleteStackSet", {"StackSetName": "checks", "CallAs": "SELF"})]


def test_with_instances_left_the_set_stays(scripted: Callable[..., Any]) -> None:
    aws, session = scripted()
    assert not removal(aws, INSTANCES).finish()
    assert session.sent == []
