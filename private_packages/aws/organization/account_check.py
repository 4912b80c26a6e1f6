"""The role check of an account, by the code that the Lambda function runs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from generator import names
from private_packages.aws.clients import Caller

if TYPE_CHECKING:
    from custom_resource.role_check import Refused


class Verdict(StrEnum):
    """What becomes of an account, the ones that need work first."""

    UPGRADE = "to upgrade"
    MISSING = "without the Stackery Role"
    NO_ORGANIZATION = "without an organization"
    UNREACHABLE = "not reachable"
    READY = "ready"


@dataclass(frozen=True)
class Requirements:
    """What the check asks for: the parameters of the template, and the build roles of the configuration."""

    build_roles: Sequence[str]
    minimum_role_version: str = names.MINIMUM_ROLE_VERSION
    stackery_stack_name: str = "stackery"
    stackery_stack_region: str = ""
    organization_id: str = ""


@dataclass(frozen=True)
class Finding:
    """What the check found in one account."""

    account: str
    verdict: Verdict
    version: str
    """The Stackery Role's version; unknown where no stack was found."""
    stack_id: str
    """The ARN of the Stackery Role's stack; unknown where none was found."""
    organization_id: str
    """Empty where it was not found."""
    next_step: str
    """What to do, then why; empty where the account is ready."""

    @property
    def region(self) -> str:
        """The Region of the Stackery Role's stack; empty where none was found."""
        return self.stack_id.split(":")[3] if ":" in self.stack_id else ""


def check_account(aws: Caller, requirements: Requirements) -> Finding:
    """Check the account of these credentials, as its Lambda function would in this Region.

    Raises:
        AwsError: there are no credentials to check with.
    """
    from custom_resource import role_check

    identity = aws.identity
    own_stack = f"arn:{identity.partition}:cloudformation:{aws.region}:{identity.account}:stack/check/none"
    properties = {
        "BuildRoles": list(requirements.build_roles),
        "MinimumRoleVersion": requirements.minimum_role_version,
        "StackeryStackName": requirements.stackery_stack_name,
        "StackeryStackRegion": requirements.stackery_stack_region,
        "OrganizationId": requirements.organization_id,
        "RoleCheck": "Enforce",
    }
    verdict, next_step = Verdict.READY, ""
    try:
        found = role_check.check(properties, own_stack, aws)
    except role_check.Refused as refusal:
        found, verdict, next_step = refusal.found or {}, _verdict(refusal), str(refusal)
    return Finding(
        account=identity.account,
        verdict=verdict,
        version=found.get("Version", "unknown"),
        stack_id=found.get("StackId", "unknown"),
        organization_id=found.get("OrganizationId", requirements.organization_id),
        next_step=next_step,
    )


def _verdict(refusal: "Refused") -> Verdict:
    from custom_resource.role_check import code

    # What has a cause failed because of a call to AWS, not because of what it answered.
    if isinstance(refusal.__cause__, Exception):
        missing = code(refusal.__cause__) == "AWSOrganizationsNotInUseException"
        return Verdict.NO_ORGANIZATION if missing else Verdict.UNREACHABLE
    # The stack may be where it could not be looked for.
    if "Could not look in" in str(refusal):
        return Verdict.UNREACHABLE
    has_stack = (refusal.found or {}).get("StackId") != "unknown"
    return Verdict.UPGRADE if has_stack else Verdict.MISSING


def count(findings: Collection[Finding]) -> dict[Verdict, int]:
    """Return how many accounts have each verdict, the good one first."""
    order = [Verdict.READY, *(verdict for verdict in Verdict if verdict is not Verdict.READY)]
    return {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in order}


def summary(findings: Collection[Finding]) -> str:
    """Return how many accounts are ready, and how many are not in which way, on one line."""
    counts = count(findings).items()
    return ", ".join(
        f"{number} {verdict}" for verdict, number in counts if number or verdict is Verdict.READY
    )


def by_need(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those that need work first, and by account within a verdict."""
    order = list(Verdict)
    return sorted(findings, key=lambda finding: (order.index(finding.verdict), finding.account))
