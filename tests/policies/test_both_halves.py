"""Both halves together: a build role with the policy of build-account, and those of secrets and key."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from generator.build_account import build_account
from generator.configuration import DEFAULT
from private_packages.aws.stack.access import Side, resolved
from tests.policies.cases import JUDGES, broken, find_judge
from tests.policies.deployment import UNCHECKED, as_generated
from tests.policies.judges import RESOURCES, Policy
from tests.policies.specification import (
    BUILDS,
    BUILDS_ELSEWHERE,
    DECRYPT_ANOTHER_SECRET,
    EACH_KIND_OF_READ,
    EVERYTHING_ELSE,
    NO_BUILDS,
    OTHER_SECRET_NAME,
    READS,
    REGION,
    SECRET_NAME,
    Caller,
    Row,
    may,
    may_not,
    secret,
)
from tests.policies.trials import SERVICES, of_service

pytestmark = pytest.mark.server


def own_policy() -> Mapping[str, object]:
    """Return the policy as CloudFormation makes it of the template."""
    template = build_account(DEFAULT).to_dict()
    values = {"KeyArn": RESOURCES["kms"]}
    policy = resolved(
        template["Resources"]["ReadTokensPolicy"]["Properties"]["PolicyDocument"], Side({}, values, "")
    )
    read, decrypt = policy["Statement"]
    read["Resource"] = [secret(name) for name in (SECRET_NAME, OTHER_SECRET_NAME)]
    text, names = decrypt["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"]
    assert names == {"KeyRegion": {"Fn::Select": [3, {"Fn::Split": [":", RESOURCES["kms"]]}]}}
    decrypt["Condition"]["StringEquals"]["kms:ViaService"] = text.replace("${KeyRegion}", REGION)
    return dict(policy)


OWN = own_policy()


def with_policy(caller: Caller) -> Caller:
    return replace(caller, own_policy=OWN)


def without_policy(caller: Caller) -> Caller:
    return replace(caller, own_policy_grants_everything=False)


BUILD_ROLES = [with_policy(caller) for caller in BUILDS]
TOGETHER = (
    *may(BUILD_ROLES, READS),
    *may_not(BUILD_ROLES, EVERYTHING_ELSE),
    *may_not([without_policy(caller) for caller in BUILDS], EACH_KIND_OF_READ),
    *may_not([with_policy(caller) for caller in (*BUILDS_ELSEWHERE, *NO_BUILDS)], EACH_KIND_OF_READ),
)
ALONE = (
    *may(BUILD_ROLES, READS),
    # That is left to the key's policy, and to Secrets Manager, which decrypts for who may read.
    *may(BUILD_ROLES, DECRYPT_ANOTHER_SECRET),
    *may_not(BUILD_ROLES, [each for each in EVERYTHING_ELSE if each not in DECRYPT_ANOTHER_SECRET]),
)
OPEN: Policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}],
}


def judged(judge: str, service: str, policy: Policy, rows: tuple[Row, ...]) -> set[str]:
    """Return what a judge sees otherwise."""
    return broken(find_judge(judge)({"": (policy, of_service(rows, service))})[""])


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("service", SERVICES)
def test_together_they_let_the_build_roles_read_and_nothing_else(judge: str, service: str) -> None:
    assert judged(judge, service, as_generated(UNCHECKED).of(service), TOGETHER) == set()


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("service", SERVICES)
def test_the_build_account_s_half_opens_no_more_whatever_the_other_does(judge: str, service: str) -> None:
    assert judged(judge, service, OPEN, ALONE) == set()
