"""How plans and outcomes of `rollout` are printed."""

import click
import pytest

from private_packages.aws.stack_sets.existing import Operation
from private_packages.aws.stack_sets.operation import Progress
from private_packages.aws.stack_sets.preferences import Amount, Preferences
from private_packages.commands.rollout.report import ended, pace, progress_document, refuse_failures
from private_packages.invocation import Invocation, running


def progress(status: str = "SUCCEEDED", **counts: int) -> Progress:
    return Progress([Operation("one", "CREATE", status)], {"us-east-1": counts})


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (progress(SUCCEEDED=1), "1 of 1 instance done."),
        (progress(SUCCEEDED=1, FAILED=2, CANCELLED=3), "1 of 6 instances done, 2 failed, 3 cancelled."),
        (progress("STOPPED", SUCCEEDED=1), "1 of 1 instance done; it was stopped."),
    ],
)
def test_how_it_ended_is_one_sentence(found: Progress, sentence: str) -> None:
    assert ended(found) == sentence


def test_failures_end_the_command_with_the_whole_command_that_tells_more() -> None:
    refuse_failures(progress(SUCCEEDED=1))
    given = {"template": ["--template", "private-packages"], "region": ["--region", "eu-west-1"]}
    with running(Invocation("rollout start", given)), pytest.raises(click.ClickException) as refused:
        refuse_failures(progress(FAILED=1))
    assert refused.value.message.endswith(
        "with `private-packages rollout status --template private-packages --region eu-west-1`."
    )


def test_the_pace_is_told_as_one_would_say_it() -> None:
    assert pace(Preferences()) == "100% of the accounts of a Region at once, whatever fails"
    slow = Preferences(Amount(10), Amount(5, is_percentage=True))
    assert pace(slow) == "10 of the accounts of a Region at once, until more than 5% have failed"


def test_programs_get_no_operations_as_an_empty_list() -> None:
    assert progress_document(None) == {"operations": [], "counts": {}}
    assert progress_document(progress(FAILED=1))["counts"] == {"us-east-1": {"FAILED": 1}}
