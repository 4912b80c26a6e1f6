from collections.abc import Callable
from functools import cache

import pytest

from tests.policies.cases import find_judge
from tests.policies.deployment import Deployment, deploy_both
from tests.policies.judges import Verdicts
from tests.policies.trials import all_trials


@pytest.fixture(scope="session")
def deployments() -> tuple[Deployment, Deployment]:
    """The template deployed for the whole organization, and narrowed by paths."""
    return deploy_both()


@pytest.fixture(scope="session")
def deployment(deployments: tuple[Deployment, Deployment]) -> Deployment:
    return deployments[0]


@pytest.fixture(scope="session")
def narrowed(deployments: tuple[Deployment, Deployment]) -> Deployment:
    return deployments[1]


@pytest.fixture(scope="session")
def verdicts(deployment: Deployment, narrowed: Deployment) -> Callable[[str], Verdicts]:
    """What a judge says about every row by every policy; each judge is asked once."""
    trials = all_trials(deployment.policies, narrowed.policies)

    @cache
    def ask(judge: str) -> Verdicts:
        return find_judge(judge)(trials)

    return ask
