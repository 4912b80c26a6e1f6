"""Whatever one answer of AWS lacks or has too much of: the command ends, with a sentence.

Each command runs once, and what AWS says is kept; then it is played again, with one member of an answer
missing, empty or odd. A fixed sample of the members runs with all tests; `make soak` takes each of them.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from private_packages.commands.failures import UNFORESEEN
from private_packages.main import main
from tests.e2e.test_leaks import COMMANDS, Run, hurried, machine
from tests.private_packages.aws.stack_sets.conftest import Grow, loader, organization, stack_sets
from tests.private_packages.aws.stack_sets.service import StackSets
from tests.private_packages.commands.rollout.elsewhere import begin
from tests.spoiled import places, playing, recording

__all__ = ["hurried", "loader", "machine", "organization", "stack_sets"]

pytestmark = [pytest.mark.server, pytest.mark.slow]

STRIDE = int(os.environ.get("STRIDE", "1" if "FAULTS" in os.environ else "29"))


Seen = Counter[str]


@pytest.fixture
def seen() -> Iterator[Seen]:
    """How the commands ended; what ended as it should not is a failure."""
    counted = Seen()
    yield counted
    print(f"{sum(counted.values())} answers: {dict(counted)}")
    assert set(counted) <= {"exit 0", "exit 1", "exit 2"}


def spoil(name: str, run: Callable[[], Result], seen: Seen) -> None:
    """Run a command, and once more for each place in an answer."""
    with recording() as made:
        run()
    assert made
    for place in places(made)[len(name) % STRIDE :: STRIDE]:
        begun = time.monotonic()
        with playing(made, place):
            result = run()
        wrong = (
            UNFORESEEN in result.output
            or "Traceback" in result.output
            or not isinstance(result.exception, SystemExit | None)
            or time.monotonic() - begun > 30
        )
        seen[f"{name}, {place}: {result.output[-300:]}" if wrong else f"exit {result.exit_code}"] += 1


def test_each_command_ends_with_a_sentence(machine: Run, seen: Seen) -> None:
    for name in COMMANDS:
        spoil(name, partial(machine.run, machine.account.url, name), seen)


def test_each_step_of_a_rollout_ends_with_a_sentence(
    organization: Grow, stack_sets: StackSets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    monkeypatch.chdir(tmp_path)
    organization(8, suspended=1)
    for command in (
        *("plan", "start --yes", "watch", "status --versions", "start --yes --parameter RoleCheck=Warn"),
        *("stop", "status --output json", "remove --yes"),
    ):
        if command == "stop":
            begin(stack_sets)
        words = ("rollout", *command.split())
        spoil(command, partial(CliRunner().invoke, main, words, prog_name="private-packages"), seen)
        stack_sets.advance(600)
