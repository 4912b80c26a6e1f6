"""`private-packages rollout remove`: remove the stack set and its stacks."""

import json

import boto3

from private_packages.aws.stack_sets.existing import Purpose
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import Outcome, StackSets, called, counted
from tests.private_packages.commands.rollout.elsewhere import NAME, begin
from tests.private_packages.conftest import Run


def test_it_removes_instances_and_set(run: Run, started: StackSets) -> None:
    result = run("rollout", "remove", "--yes")
    assert (result.exit_code, result.stdout) == (0, f"Removed the stack set {NAME}.\n"), result.output
    assert started.sets == {}
    regular, suspended = called(started, "DeleteStackInstances")
    assert (regular["RetainStacks"], suspended["RetainStacks"]) == (False, True)
    assert regular["OperationId"].startswith(f"{Purpose.REMOVE}-")


def test_it_says_what_goes_and_what_stays_and_asks(run: Run, started: StackSets) -> None:
    result = run("rollout", "remove")
    assert result.exit_code == 1
    assert "Will go       the stack set and 8 stacks in 8 accounts\n" in result.stderr
    assert "Will stay     keys and secrets, where there are any\n" in result.stderr
    assert counted(started)["DeleteStackInstances"] == 0
    result = run("rollout", "remove", "--retain-stacks")
    assert "Will go       the stack set\n" in result.stderr
    assert "Will stay     8 stacks in 8 accounts, as stacks of their own\n" in result.stderr


def test_stacks_can_stay(run: Run, started: StackSets) -> None:
    run("rollout", "remove", "--yes", "--retain-stacks")
    [call] = called(started, "DeleteStackInstances")
    assert call["RetainStacks"] is True
    assert started.sets == {}


def test_where_a_stack_cannot_be_deleted_the_set_stays_and_it_can_be_tried_again(
    run: Run, started: StackSets
) -> None:
    started.script = lambda _account, _region: Outcome("FAILED", "x")
    result = run("rollout", "remove", "--yes", "--output", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["removed"] is False
    assert "8 failed. See which and why with `private-packages rollout status`" in result.stderr
    assert NAME in started.sets
    started.script = lambda _account, _region: Outcome()
    assert run("rollout", "remove", "--yes").exit_code == 0
    assert started.sets == {}


def test_an_account_that_was_suspended_since_is_found_on_the_way(
    run: Run, organization: Grow, stack_sets: StackSets
) -> None:
    tree = organization(3)
    run("rollout", "start", "--yes")
    boto3.client("organizations").close_account(AccountId=tree.accounts[0])
    assert run("rollout", "remove", "--yes").exit_code == 0
    assert stack_sets.sets == {}


def test_a_removal_that_was_left_is_taken_up(run: Run, started: StackSets) -> None:
    begin(started, Purpose.REMOVE.new_id(), "DELETE")
    started.sets[NAME].instances = {
        place: instance
        for place, instance in started.sets[NAME].instances.items()
        if instance.detail != "SKIPPED_SUSPENDED_ACCOUNT"
    }
    result = run("rollout", "remove")
    assert result.stderr.startswith("A removal runs already: following it.\n")
    assert (result.exit_code, started.sets) == (0, {})
    assert counted(started)["DeleteStackInstances"] == 0


def test_while_something_else_runs_it_is_refused(run: Run, started: StackSets) -> None:
    begin(started)
    result = run("rollout", "remove", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: Another operation runs on the stack set {NAME} (UPDATE,")


def test_an_account_that_has_left_keeps_the_set(run: Run, started: StackSets) -> None:
    instance = next(iter(started.sets[NAME].instances.values()))
    del started.sets[NAME].instances[instance.account, "us-east-1"]
    instance.account, instance.detail = "999900001111", "SUCCEEDED"
    started.sets[NAME].instances["999900001111", "us-east-1"] = instance
    result = run("rollout", "remove", "--yes")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        f"Error: {NAME} keeps 1 instance, in accounts that have left the units through which they came:"
        " delete them in the console."
    )


def test_without_a_set_it_says_so(run: Run, organization: Grow) -> None:
    organization(1)
    result = run("rollout", "remove")
    assert (result.exit_code, result.stdout) == (0, f"There is no stack set {NAME}.\n")
    assert json.loads(run("rollout", "remove", "--output", "json").stdout) == {
        "stack_set": NAME,
        "removed": True,
        "operations": [],
        "counts": {},
    }
