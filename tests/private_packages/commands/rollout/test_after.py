"""`private-packages rollout watch`, `stop` and `remove`, called as a user calls them."""

import json

import boto3
import pytest

from private_packages.aws.stack_sets.existing import Purpose
from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import Outcome, StackSets, called, counted
from tests.private_packages.conftest import Run

NAME = "stackery-role-check"


@pytest.fixture
def started(run: Run, organization: Grow, stack_sets: StackSets) -> StackSets:
    """Eight accounts, one of them suspended, with the role check rolled out."""
    organization(8, suspended=1)
    assert run("rollout", "start", "--yes").exit_code == 0
    stack_sets.calls.clear()
    return stack_sets


def begin(service: StackSets, operation_id: str = "from-the-console", action: str = "UPDATE") -> None:
    """Leave an operation running, from wherever."""
    found = service.sets[NAME]
    service._begin(found, action, {"OperationId": operation_id}, list(found.instances.values()))


class TestWatch:
    def test_it_follows_what_runs_whoever_started_it(self, run: Run, started: StackSets) -> None:
        begin(started)
        result = run("rollout", "watch")
        assert (result.exit_code, result.stdout) == (0, "7 of 7 instances done.\n")
        assert result.stderr == (
            "us-east-1: done 0, failed 0, waiting 7\n"
            "us-east-1: done 1, failed 0, waiting 6\n"
            "us-east-1: done 2, failed 0, waiting 5\n"
            "us-east-1: done 3, failed 0, waiting 4\n"
            "us-east-1: done 4, failed 0, waiting 3\n"
            "us-east-1: done 5, failed 0, waiting 2\n"
            "us-east-1: done 6, failed 0, waiting 1\n"
            "us-east-1: done 7, failed 0, waiting 0\n"
        )

    def test_where_nothing_runs_it_shows_the_end_of_the_last(self, run: Run, started: StackSets) -> None:
        result = run("rollout", "watch", "--output", "json")
        document = json.loads(result.stdout)
        assert document["counts"] == {"us-east-1": {"SUCCEEDED": 7}}
        [operation] = document["operations"]
        assert operation["id"] == started.sets[NAME].operations[-1].id
        assert operation["status"] == "SUCCEEDED"

    def test_by_unit_it_counts_those_through_which_the_rollout_went(
        self, run: Run, organization: Grow
    ) -> None:
        tree = organization(8)
        units = (tree.units["Prod"], tree.units["Sandbox"])
        run("rollout", "start", "--yes", "--ou", units[0], "--ou", units[1])
        document = json.loads(run("rollout", "watch", "--by", "ou", "--output", "json").stdout)
        assert document["counts"] == {unit: {"SUCCEEDED": 2} for unit in units}

    def test_a_failure_makes_it_fail(self, run: Run, started: StackSets) -> None:
        started.script = lambda _account, _region: Outcome("FAILED", "x")
        begin(started)
        result = run("rollout", "watch", "--name", NAME)
        assert result.exit_code == 1
        assert f"See which and why with `private-packages rollout status --name {NAME}`" in result.stderr

    def test_without_a_rollout_it_says_so(self, run: Run, organization: Grow, stack_sets: StackSets) -> None:
        organization(1)
        result = run("rollout", "watch")
        assert (result.exit_code, result.stderr) == (
            1,
            f"Error: There is no stack set {NAME} in us-east-1: correct --name, --region or --profile.\n",
        )
        stack_sets.create_stack_set({"StackSetName": NAME, "TemplateBody": "x"})
        result = run("rollout", "watch")
        assert (result.exit_code, result.stdout) == (
            0,
            f"Nothing has been rolled out with {NAME} yet.\n",
        )


class TestStop:
    def test_it_stops_what_runs(self, run: Run, started: StackSets) -> None:
        begin(started)
        result = run("rollout", "stop")
        assert (result.exit_code, result.stdout) == (0, "Stopping UPDATE (from-the-console).\n")
        assert "it was stopped" in run("rollout", "watch").stderr

    def test_what_stops_already_is_left_to_it(self, run: Run, started: StackSets) -> None:
        begin(started)
        run("rollout", "stop")
        result = run("rollout", "stop", "--output", "json")
        assert result.exit_code == 0
        [operation] = json.loads(result.stdout)["operations"]
        assert operation == {"id": "from-the-console", "action": "UPDATE", "status": "STOPPING"}
        assert counted(started)["StopStackSetOperation"] == 1

    def test_where_nothing_runs_it_says_so(self, run: Run, started: StackSets) -> None:
        result = run("rollout", "stop")
        assert (result.exit_code, result.stdout) == (0, f"Nothing runs on the stack set {NAME}.\n")
        assert counted(started)["StopStackSetOperation"] == 0
        assert json.loads(run("rollout", "stop", "--output", "json").stdout) == {
            "stack_set": NAME,
            "operations": [],
        }


class TestRemove:
    def test_it_removes_instances_and_set(self, run: Run, started: StackSets) -> None:
        result = run("rollout", "remove", "--yes")
        assert (result.exit_code, result.stdout) == (0, f"Removed the stack set {NAME}.\n"), result.output
        assert started.sets == {}
        regular, suspended = called(started, "DeleteStackInstances")
        assert (regular["RetainStacks"], suspended["RetainStacks"]) == (False, True)
        assert regular["OperationId"].startswith(f"{Purpose.REMOVE}-")

    def test_it_says_what_goes_and_what_stays_and_asks(self, run: Run, started: StackSets) -> None:
        result = run("rollout", "remove")
        assert result.exit_code == 1
        assert "Will go       the stack set and 8 stacks in 8 accounts\n" in result.stderr
        assert "Will stay     keys and secrets, where there are any\n" in result.stderr
        assert counted(started)["DeleteStackInstances"] == 0
        result = run("rollout", "remove", "--retain-stacks")
        assert "Will go       the stack set\n" in result.stderr
        assert "Will stay     8 stacks in 8 accounts, as stacks of their own\n" in result.stderr

    def test_stacks_can_stay(self, run: Run, started: StackSets) -> None:
        run("rollout", "remove", "--yes", "--retain-stacks")
        [call] = called(started, "DeleteStackInstances")
        assert call["RetainStacks"] is True
        assert started.sets == {}

    def test_where_a_stack_cannot_be_deleted_the_set_stays_and_it_can_be_tried_again(
        self, run: Run, started: StackSets
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
        self, run: Run, organization: Grow, stack_sets: StackSets
    ) -> None:
        tree = organization(3)
        run("rollout", "start", "--yes")
        boto3.client("organizations").close_account(AccountId=tree.accounts[0])
        assert run("rollout", "remove", "--yes").exit_code == 0
        assert stack_sets.sets == {}

    def test_a_removal_that_was_left_is_taken_up(self, run: Run, started: StackSets) -> None:
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

    def test_while_something_else_runs_it_is_refused(self, run: Run, started: StackSets) -> None:
        begin(started)
        result = run("rollout", "remove", "--yes")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: Another operation runs on the stack set {NAME} (UPDATE,")

    def test_an_account_that_has_left_keeps_the_set(self, run: Run, started: StackSets) -> None:
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

    def test_without_a_set_it_says_so(self, run: Run, organization: Grow) -> None:
        organization(1)
        result = run("rollout", "remove")
        assert (result.exit_code, result.stdout) == (0, f"There is no stack set {NAME}.\n")
        assert json.loads(run("rollout", "remove", "--output", "json").stdout) == {
            "stack_set": NAME,
            "removed": True,
            "operations": [],
            "counts": {},
        }


def test_a_fault_of_the_service_is_a_sentence(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(1)
    stack_sets.faults["DescribeStackSet"] = [ErrorAnswer("ValidationError", "No.")] * 3
    result = run("rollout", "remove")
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Cannot call describe_stack_set for the stack set {NAME} (ValidationError): No.\n",
    )
