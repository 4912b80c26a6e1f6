from collections.abc import Callable
from functools import cache

import pytest

from tests.policies.cases import find_judge
from tests.policies.deployment import Deployment, deploy_all
from tests.policies.judges import Verdicts
from tests.policies.trials import all_trials


@pytest.fixture(scope="session")
def deployments() -> tuple[Deployment, Deployment, Deployment]:
    """The template deployed for the whole organization, narrowed by paths, and without the role check."""
    return deploy_all()


@pytest.fixture(scope="session")
def deployment(deployments: tuple[Deployment, Deployment, Deployment]) -> Deployment:
    return deployments[0]


@pytest.fixture(scope="session")
def narrowed(deployments: tuple[Deployment, Deployment, Deployment]) -> Deployment:
    return deployments[1]


@pytest.fixture(scope="session")
def unchecked(deployments: tuple[Deployment, Deployment, Deployment]) -> Deployment:
    return deployments[2]


@pytest.fixture(scope="session")
def verdicts(
    deployment: Deployment, narrowed: Deployment, unchecked: Deployment
) -> Callable[[str], Verdicts]:
    """What a judge says about every row by every policy; each judge is asked once."""
    trials = all_trials(deployment.policies, narrowed.policies, unchecked.policies)

    @cache
    def ask(judge: str) -> Verdicts:
        return find_judge(judge)(trials)

    return ask
