"""The policies of the manual procedure, judged by the same table: what the template closes."""

from collections.abc import Callable

import pytest

from tests.policies.cases import JUDGES, broken
from tests.policies.judges import Verdicts
from tests.policies.specification import (
    ADMINISTRATOR,
    BESIDE_SECRETS_MANAGER,
    BUILD_ROLES,
    BUILD_ROLES_OF_SECRET_ACCOUNT,
    BUILD_ROLES_OF_SECRET_ACCOUNT_BY_THESE_POLICIES_ALONE,
    DECRYPT_ANOTHER_SECRET,
    DECRYPT_BESIDE_SECRETS_MANAGER,
    DESCRIBE_KEY,
    READ_OLD_VERSION,
    READ_OLD_VERSION_AS_CURRENT,
    ROOT_OF_SECRET_ACCOUNT,
    may_not,
)
from tests.policies.trials import name

pytestmark = pytest.mark.server

CLOSED_BY_THE_TEMPLATE = (
    *may_not(
        (*BUILD_ROLES, *BUILD_ROLES_OF_SECRET_ACCOUNT_BY_THESE_POLICIES_ALONE),
        (
            READ_OLD_VERSION,
            READ_OLD_VERSION_AS_CURRENT,
            # directly, through any service, for any secret that is ever put under the key
            *DECRYPT_BESIDE_SECRETS_MANAGER,
            *DECRYPT_ANOTHER_SECRET,
            DESCRIBE_KEY,
        ),
    ),
    *may_not((ROOT_OF_SECRET_ACCOUNT, ADMINISTRATOR, *BUILD_ROLES_OF_SECRET_ACCOUNT), BESIDE_SECRETS_MANAGER),
)


@pytest.mark.parametrize("judge", JUDGES)
def test_the_template_closes_these_rows_and_changes_no_other(
    verdicts: Callable[[str], Verdicts], judge: str
) -> None:
    left_open = broken(verdicts(judge)[name("manual", "kms")])
    left_open |= broken(verdicts(judge)[name("manual", "secretsmanager")])
    assert left_open == {str(row) for row in CLOSED_BY_THE_TEMPLATE}
