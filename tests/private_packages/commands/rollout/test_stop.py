"""`private-packages rollout stop`: stop what runs."""

import json

from tests.private_packages.aws.stack_sets.service import StackSets, counted
from tests.private_packages.commands.rollout.elsewhere import NAME, begin
from tests.private_packages.conftest import Run


def test_it_stops_what_runs(run: Run, started: StackSets) -> None:
    begin(started)
    result = run("rollout", "stop")
    assert (result.exit_code, result.stdout) == (0, "Stopping UPDATE (from-the-console).\n")
    assert "it was stopped" in run("rollout", "watch").stderr


def test_what_stops_already_is_left_to_it(run: Run, started: StackSets) -> None:
    begin(started)
    run("rollout", "stop")
    result = run("rollout", "stop", "--output", "json")
    assert result.exit_code == 0
    [operation] = json.loads(result.stdout)["operations"]
    assert operation == {"id": "from-the-console", "action": "UPDATE", "status": "STOPPING"}
    assert counted(started)["StopStackSetOperation"] == 1


def test_where_nothing_runs_it_says_so(run: Run, started: StackSets) -> None:
    result = run("rollout", "stop")
    assert (result.exit_code, result.stdout) == (0, f"Nothing runs on the stack set {NAME}.\n")
    assert counted(started)["StopStackSetOperation"] == 0
    assert json.loads(run("rollout", "stop", "--output", "json").stdout) == {
        "stack_set": NAME,
        "operations": [],
    }
