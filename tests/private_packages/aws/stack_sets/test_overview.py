"""How far a rollout is."""

import pytest

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.stack_sets.overview import Overview


def overview(*outcomes: Outcome) -> Overview:
    found = [Instance(f"{n:012}", "us-east-1", each) for n, each in enumerate(outcomes)]
    return Overview("set", "us-east-1", "111122223333", instances.count(found), [], found)


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
    found = overview(*outcomes)
    assert (found.total, found.is_complete) == (len(outcomes), is_complete)
