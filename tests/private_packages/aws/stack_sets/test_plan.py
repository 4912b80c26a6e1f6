"""What a rollout would do, and the exact parameters that it would send."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from private_packages.aws.errors import StackSetError
from private_packages.aws.organization.members import Member
from private_packages.aws.stack_sets.definition import Definition
from private_packages.aws.stack_sets.existing import Existing, Place
from private_packages.aws.stack_sets.plan import Plan
from private_packages.aws.stack_sets.preferences import Amount, Preferences
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.aws.stack_sets.targets import Batch, Targets, self_managed
from tests.private_packages.aws.stack_sets.sample import OTHER_TEMPLATE, SELF_MANAGED, definition, described

ONE, TWO, THREE = "111122223333", "444455556666", "777788889999"
EAST, WEST = "us-east-1", "us-west-2"
TARGETS = Targets(
    batches=[Batch(["ou-ab12-cdefghij"], [ONE, TWO], {})],
    members=[Member(ONE, "one", is_active=True), Member(TWO, "two", is_active=True)],
    suspended=[Member(THREE, "three", is_active=False)],
)
PREFERENCES = Preferences().parameters()
ALL_CURRENT = {(account, region): "CURRENT" for account in (ONE, TWO) for region in (EAST, WEST)}


def plan(
    instances: Mapping[Place, str] | None = None,
    *,
    of: Definition | None = None,
    targets: Targets = TARGETS,
    preferences: Preferences | None = None,
    **changes: Any,
) -> Plan:
    """A plan for a set that is there as it has to be, unless it is changed; without instances, for none."""
    wanted = of or definition()
    state = Existing() if instances is None else Existing(described(wanted, **changes), instances)
    stack_set = StackSet(Aws(boto3.Session(region_name=EAST)), "checks")
    return Plan(stack_set, wanted, targets, [EAST, WEST], preferences or Preferences(), state)


def calls(of: Plan) -> list[tuple[str, Mapping[str, Any]]]:
    return [(step.call, step.parameters) for step in of.steps]


def instances(targets: Mapping[str, Any], *regions: str) -> tuple[str, dict[str, Any]]:
    parameters = {**targets, "Regions": list(regions), "OperationPreferences": PREFERENCES}
    return "create_stack_instances", parameters


def units(*accounts: str) -> dict[str, Any]:
    narrowed = {"Accounts": list(accounts), "AccountFilterType": "INTERSECTION"} if accounts else {}
    return {"DeploymentTargets": {"OrganizationalUnitIds": ["ou-ab12-cdefghij"], **narrowed}}


def test_a_new_set_is_created_with_all_of_its_instances() -> None:
    assert calls(plan()) == [
        ("create_stack_set", definition().creation()),
        instances(units(), EAST, WEST),
    ]
    assert [step.sentence for step in plan().steps] == [
        "Create the stack set checks.",
        "Create 4 instances in us-east-1, us-west-2.",
    ]


def test_where_all_is_there_and_current_nothing_is_done() -> None:
    assert calls(plan(ALL_CURRENT)) == []


def test_what_is_missing_is_created_and_what_failed_is_tried_again() -> None:
    found = plan({(ONE, EAST): "CURRENT", (TWO, EAST): "OUTDATED", (ONE, WEST): "CURRENT"})
    assert calls(found) == [instances(units(TWO), EAST, WEST)]
    assert found.steps[0].sentence == "Create 1 instance and try 1 instance again in us-east-1, us-west-2."


def test_regions_that_lack_different_accounts_are_different_calls() -> None:
    found = plan({(ONE, EAST): "CURRENT"})
    assert calls(found) == [instances(units(TWO), EAST), instances(units(), WEST)]


@pytest.mark.parametrize("status", ["OUTDATED", "INOPERABLE", "SUSPENDED"])
def test_whatever_is_not_current_is_tried_again(status: str) -> None:
    assert calls(plan(ALL_CURRENT | {(TWO, WEST): status})) == [instances(units(TWO), WEST)]


def test_a_set_that_differs_is_updated_with_all_of_its_instances() -> None:
    before = [{"ParameterKey": "RoleCheck", "ParameterValue": "Warn"}]
    found = plan(ALL_CURRENT | {(TWO, WEST): "OUTDATED"}, Parameters=before)
    update = definition().update(found.existing.description or {}) | {"OperationPreferences": PREFERENCES}
    # The failed one too: an update reaches all.
    assert calls(found) == [("update_stack_set", update)]
    assert "DeploymentTargets" not in update
    assert list(found.differences) == ["parameter RoleCheck", "parameter Recheck"]


def test_an_update_comes_before_what_is_missing() -> None:
    found = plan({(ONE, EAST): "CURRENT"}, TemplateBody=definition().template.body.replace("0.1.0", "0.0.9"))
    assert [call for call, _ in calls(found)] == ["update_stack_set", *["create_stack_instances"] * 2]


def test_instances_outside_the_targets_are_told_but_left_alone() -> None:
    elsewhere = {
        ("999900001111", EAST): "CURRENT",
        (ONE, "eu-west-1"): "OUTDATED",
        (THREE, EAST): "SUSPENDED",
    }
    found = plan(ALL_CURRENT | elsewhere)
    assert found.elsewhere == {("999900001111", EAST), (ONE, "eu-west-1")}
    assert calls(found) == []


def test_a_self_managed_set_names_the_accounts() -> None:
    found = plan(of=definition(permissions=SELF_MANAGED), targets=self_managed([ONE, TWO]))
    assert calls(found)[1] == instances({"Accounts": [ONE, TWO]}, EAST, WEST)


def test_the_preferences_are_those_that_were_asked_for() -> None:
    slow = Preferences(Amount(10), Amount(5, is_percentage=True))
    assert calls(plan(preferences=slow))[1][1]["OperationPreferences"] == slow.parameters()


def test_a_set_of_something_else_cannot_be_planned_for() -> None:
    with pytest.raises(StackSetError, match="another template"):
        plan({}, TemplateBody=OTHER_TEMPLATE.description)
