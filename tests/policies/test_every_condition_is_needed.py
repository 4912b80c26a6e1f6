"""Weakened in any one place, the policies let someone pass, or shut someone out, against the table."""

from collections.abc import Callable

import pytest

from tests.policies.cases import broken
from tests.policies.judges import Verdicts
from tests.policies.trials import (
    SERVICES,
    WEAKENINGS,
    WEAKENINGS_OF_NARROWING,
    WEAKENINGS_WITHOUT_ROLE_CHECK,
    name,
)

pytestmark = pytest.mark.server


def _cases(judge: str) -> list[str]:
    """Return the trials of those weakenings that a judge can tell."""
    return [
        name(weakening, service)
        for weakenings in (WEAKENINGS, WEAKENINGS_OF_NARROWING, WEAKENINGS_WITHOUT_ROLE_CHECK)
        for service in SERVICES
        for weakening in weakenings[service]
        if judge in weakening.judges
    ]


@pytest.mark.parametrize("weakening", _cases("ministack"))
def test_a_policy_weakened_in_one_place_breaks_the_specification(
    verdicts: Callable[[str], Verdicts], weakening: str
) -> None:
    assert broken(verdicts("ministack")[weakening]), f"{weakening}: nobody noticed, add the row that tells"


@pytest.mark.node
@pytest.mark.parametrize("weakening", _cases("iam_simulate"))
def test_a_policy_weakened_in_one_place_breaks_the_specification_for_iam_simulate_too(
    verdicts: Callable[[str], Verdicts], weakening: str
) -> None:
    assert broken(verdicts("iam_simulate")[weakening]), f"{weakening}: nobody noticed, add the row that tells"


def test_the_narrowing_to_paths_is_weakened_in_each_statement_of_the_build_roles() -> None:
    weakened = {
        weakening.statement["Sid"] for service in SERVICES for weakening in WEAKENINGS_OF_NARROWING[service]
    }
    assert weakened == {
        "BuildRolesDecryptTheseSecretsViaSecretsManager",
        "BuildRolesReadCurrentVersion",
    }
