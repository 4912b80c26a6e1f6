"""The two policies, as they stand in the deployed state, let pass what the specification says and no more."""

import re
from collections.abc import Callable

import pytest

from tests.policies import judges
from tests.policies.cases import JUDGES, broken, find_judge, judged
from tests.policies.deployment import (
    NARROWED,
    UNCHECKED,
    WHOLE_ORGANIZATION,
    Deployment,
    as_generated,
)
from tests.policies.judges import Verdicts
from tests.policies.specification import (
    BUILD_ROLES,
    NARROWING,
    SMUGGLERS,
    TABLE,
    WITHOUT_ROLE_CHECK,
    Row,
    decrypt,
    may,
)
from tests.policies.trials import SERVICES, name

pytestmark = pytest.mark.server


@pytest.mark.parametrize(("judge", "row"), judged(TABLE))
def test_where_the_whole_organization_may_read(
    verdicts: Callable[[str], Verdicts], judge: str, row: Row
) -> None:
    assert verdicts(judge)[name("deployed", row.service)][row] is row.allowed


@pytest.mark.parametrize(("judge", "row"), judged(NARROWING))
def test_where_only_an_organizational_unit_may_read(
    verdicts: Callable[[str], Verdicts], judge: str, row: Row
) -> None:
    assert verdicts(judge)[name("narrowed", row.service)][row] is row.allowed


@pytest.mark.parametrize(("judge", "row"), judged(WITHOUT_ROLE_CHECK))
def test_where_builds_of_every_kind_may_read(
    verdicts: Callable[[str], Verdicts], judge: str, row: Row
) -> None:
    assert verdicts(judge)[name("unchecked", row.service)][row] is row.allowed


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("service", SERVICES)
def test_a_narrowing_changes_nothing_inside_the_unit_and_for_nobody_else(
    verdicts: Callable[[str], Verdicts], judge: str, service: str
) -> None:
    assert broken(verdicts(judge)[name("narrowed", service)]) == set()


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("secret", ["NpmSecretArn", "PythonSecretArn"])
def test_the_build_roles_may_decrypt_each_secret_under_the_name_it_really_got(
    judge: str, deployment: Deployment, secret: str
) -> None:
    arn = deployment.outputs[secret]
    rows = may(BUILD_ROLES, [decrypt(f"decrypt {arn}", of=arn)])
    assert find_judge(judge)({"": (deployment.policies.key, rows)})[""] == dict.fromkeys(rows, True)


def test_every_secret_of_the_template_has_the_same_policy(
    deployments: tuple[Deployment, ...],
) -> None:
    assert len(deployments) == 3
    for deployment in deployments:
        assert deployment.policy_of_other_secret == deployment.policies.secret


def test_the_deployed_policies_are_those_of_the_template(
    deployment: Deployment, narrowed: Deployment, unchecked: Deployment
) -> None:
    assert deployment.policies == as_generated(WHOLE_ORGANIZATION)
    assert narrowed.policies == as_generated(NARROWED)
    assert unchecked.policies == as_generated(UNCHECKED)


def test_each_row_is_said_once() -> None:
    tables = ([*TABLE, *NARROWING], WITHOUT_ROLE_CHECK)
    for table in tables:
        assert len({str(row) for row in table}) == len(table)
    sentences = [str(row) for table in tables for row in table]
    assert all(
        re.fullmatch(r".+ may (not )?(read|decrypt|describe|call) .+", sentence) for sentence in sentences
    )


def test_the_second_judge_is_spared_only_callers_that_it_cannot_express() -> None:
    spared = {caller.name for caller in judges.BEYOND_MINISTACK - {*SMUGGLERS}}
    assert spared == {
        "a role with :role/stackery/ in its path, named as a deployer,",
        "a role with :role/stackery/ in its path, named as a factory role,",
        "a user with :role/stackery/ in its path, named as a deployer,",
        "an anonymous caller",
        "AWS CodeBuild itself",
    }
