"""`private-packages rollout watch`: follow what runs, from any computer."""

import json

from tests.aws import ErrorAnswer
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import Outcome, StackSets
from tests.private_packages.commands.rollout.elsewhere import NAME, begin
from tests.private_packages.conftest import Run


def test_it_follows_what_runs_whoever_started_it(run: Run, started: StackSets) -> None:
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


def test_where_nothing_runs_it_shows_the_end_of_the_last(run: Run, started: StackSets) -> None:
    result = run("rollout", "watch", "--output", "json")
    document = json.loads(result.stdout)
    assert document["counts"] == {"us-east-1": {"SUCCEEDED": 7}}
    [operation] = document["operations"]
    assert operation["id"] == started.sets[NAME].operations[-1].id
    assert operation["status"] == "SUCCEEDED"


def test_by_unit_it_counts_those_through_which_the_rollout_went(run: Run, organization: Grow) -> None:
    tree = organization(8)
    units = (tree.units["Prod"], tree.units["Sandbox"])
    run("rollout", "start", "--yes", "--ou", units[0], "--ou", units[1])
    document = json.loads(run("rollout", "watch", "--by", "ou", "--output", "json").stdout)
    assert document["counts"] == {unit: {"SUCCEEDED": 2} for unit in units}


def test_a_failure_makes_it_fail(run: Run, started: StackSets) -> None:
    started.script = lambda _account, _region: Outcome("FAILED", "x")
    begin(started)
    result = run("rollout", "watch", "--name", NAME)
    assert result.exit_code == 1
    assert f"See which and why with `private-packages rollout status --name {NAME}`" in result.stderr


def test_without_a_rollout_it_says_so(run: Run, organization: Grow, stack_sets: StackSets) -> None:
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


def test_a_fault_of_the_service_is_a_sentence(run: Run, organization: Grow, stack_sets: StackSets) -> None:
    organization(1)
    stack_sets.faults["DescribeStackSet"] = [ErrorAnswer("ValidationError", "No.")] * 3
    result = run("rollout", "remove")
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Cannot call describe_stack_set for the stack set {NAME} (ValidationError): No.\n",
    )
