"""How far a rollout is."""

import pytest

from private_packages.aws.stack_sets.instances import Instance, Outcome
from tests.private_packages.aws.stack_sets.rollouts import overview


@pytest.mark.parametrize(
    ("outcomes", "is_complete"),
    [
        ([Outcome.DONE, Outcome.DONE], True),
        ([Outcome.DONE, Outcome.SKIPPED], True),
        ([Outcome.DONE, Outcome.RUNNING], False),
        ([Outcome.FAILED], False),
        ([], False),
    ],
)
def test_it_is_complete_when_nothing_is_left_to_do(outcomes: list[Outcome], is_complete: bool) -> None:
    found = overview([Instance(f"{n:012}", "us-east-1", each) for n, each in enumerate(outcomes)])
    assert (found.total, found.is_complete) == (len(outcomes), is_complete)
