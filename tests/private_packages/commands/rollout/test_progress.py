"""How operations are shown while they run."""

import io

from rich.console import Console

from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import Progress
from private_packages.commands.rollout.progress import show, words

RUNNING = Operation("one", "CREATE", "RUNNING")


def progress(**counts: int) -> Progress:
    return Progress([RUNNING], {"us-east-1": counts})


def test_what_waits_and_what_runs_is_one() -> None:
    assert words({"SUCCEEDED": 1_000, "PENDING": 2, "RUNNING": 3}) == "done 1,000, failed 0, waiting 5"
    assert words({"CANCELLED": 2}) == "done 0, failed 0, waiting 0, cancelled 2"


def test_elsewhere_than_in_a_terminal_only_changes_are_printed() -> None:
    stream = io.StringIO()
    updates = [progress(PENDING=2), progress(PENDING=2), progress(SUCCEEDED=2)]
    assert show(Console(file=stream), updates) == updates[-1]
    assert stream.getvalue().splitlines() == [
        "us-east-1: done 0, failed 0, waiting 2",
        "us-east-1: done 2, failed 0, waiting 0",
    ]


def test_in_a_terminal_a_bar_grows_and_stays() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120, color_system=None)
    show(console, [progress(PENDING=2), progress(SUCCEEDED=2)])
    last = stream.getvalue().rpartition("us-east-1")[2]
    assert "done 2, failed 0, waiting 0" in last
    assert "━" * 30 in last
