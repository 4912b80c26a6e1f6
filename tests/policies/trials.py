"""All that is put to the judges, in one list, so that each judge is called only once."""

from collections.abc import Sequence

from tests.policies import manual_procedure, weakenings
from tests.policies.deployment import (
    NARROWED,
    UNCHECKED,
    WHOLE_ORGANIZATION,
    Policies,
    as_generated,
)
from tests.policies.judges import Trial
from tests.policies.specification import (
    BUILD_ROLES_OF_SECRET_ACCOUNT,
    BUILDS,
    DEPLOYER,
    NARROWING,
    READS,
    ROOT_OF_SECRET_ACCOUNT,
    TABLE,
    WITHOUT_ROLE_CHECK,
    Row,
)

SERVICES = ("kms", "secretsmanager")

_WHOLE, _NARROWED = as_generated(WHOLE_ORGANIZATION), as_generated(NARROWED)
WEAKENINGS = {service: weakenings.of(_WHOLE.of(service)) for service in SERVICES}
WEAKENINGS_OF_NARROWING = {
    service: [
        weakening
        for weakening in weakenings.of(_NARROWED.of(service))
        if "aws:PrincipalOrgPaths" in weakening.name
    ]
    for service in SERVICES
}
WEAKENINGS_WITHOUT_ROLE_CHECK = {
    service: [
        weakening
        for weakening in weakenings.of(as_generated(UNCHECKED).of(service))
        if weakening.statement["Sid"].startswith("BuildRoles")
    ]
    for service in SERVICES
}

TELLING = tuple(
    row
    for row in TABLE
    if row.caller in (DEPLOYER, ROOT_OF_SECRET_ACCOUNT)
    or (row.request in READS and row.caller not in BUILD_ROLES_OF_SECRET_ACCOUNT)
)
"""The rows to judge weakened policies by: the others, most of them, tell nothing that these do not."""
TELLING_WITHOUT_ROLE_CHECK = tuple(
    row for row in WITHOUT_ROLE_CHECK if row.caller in BUILDS or row.request in READS
)


def of_service(rows: Sequence[Row], service: str) -> list[Row]:
    """Return the rows that a service's policy decides."""
    return [row for row in rows if row.service == service]


def name(what: object, service: str) -> str:
    """Return a trial's name."""
    return f"{what} ({service})"


def all_trials(whole: Policies, narrowed: Policies, unchecked: Policies) -> dict[str, Trial]:
    """Return every policy with the rows to judge by it."""
    manual = Policies(manual_procedure.KEY_POLICY, manual_procedure.SECRET_POLICY)
    trials: dict[str, Trial] = {}
    for service in SERVICES:
        for what, policies, rows in (
            ("deployed", whole, TABLE),
            ("narrowed", narrowed, (*TABLE, *NARROWING)),
            ("manual", manual, TABLE),
            ("unchecked", unchecked, WITHOUT_ROLE_CHECK),
        ):
            trials[name(what, service)] = (policies.of(service), of_service(rows, service))
        for policies, changes, rows in (
            (whole, WEAKENINGS, TELLING),
            (narrowed, WEAKENINGS_OF_NARROWING, NARROWING),
            (unchecked, WEAKENINGS_WITHOUT_ROLE_CHECK, TELLING_WITHOUT_ROLE_CHECK),
        ):
            for weakening in changes[service]:
                weakened = weakening.applied_to(policies.of(service))
                trials[name(weakening, service)] = (weakened, of_service(rows, service))
    return trials
