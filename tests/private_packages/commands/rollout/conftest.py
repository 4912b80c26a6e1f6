"""The commands run against moto, with StackSets behind it."""

import pytest

from tests.private_packages.aws.stack_sets.conftest import Grow, loader, organization, stack_sets
from tests.private_packages.aws.stack_sets.service import StackSets
from tests.private_packages.conftest import Run

__all__ = ["loader", "organization", "stack_sets", "started"]


@pytest.fixture
def started(run: Run, organization: Grow, stack_sets: StackSets) -> StackSets:
    """Eight accounts, one of them suspended, with the role check rolled out."""
    organization(8, suspended=1)
    assert run("rollout", "start", "--yes").exit_code == 0
    stack_sets.calls.clear()
    return stack_sets
