"""The role check of an account, by the code that the Lambda function runs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from generator import names
from private_packages.aws.clients import Caller


class Verdict(StrEnum):
    """What becomes of an account, the ones that need work first."""

    UPGRADE = "to upgrade"
    MISSING = "without the Stackery Role"
    SECRETS_CLOSED = "secrets not opened"
    """The secret account's half of what a build needs is missing."""
    ROLE_MAY_NOT = "role may not read"
    """The build account's half is."""
    NO_ROLE = "without a build role"
    NO_ORGANIZATION = "without an organization"
    UNREACHABLE = "not reachable"
    READY = "ready"


@dataclass(frozen=True)
class Finding:
    """What the check found in one account; None stands for what it did not find."""

    account: str
    verdict: Verdict
    version: str | None = None
    """The Stackery Role's version."""
    stack_id: str | None = None
    """The ARN of the Stackery Role's stack."""
    organization_id: str | None = None
    next_step: str = ""
    """What to do, then why; empty where the account is ready."""
    build_roles: Sequence[str] = ()
    """Path and name of each build role that was found, where the check lists them."""

    @property
    def region(self) -> str | None:
        """The Region of the Stackery Role's stack."""
        stack_id = self.stack_id or ""
        return stack_id.split(":")[3] if stack_id.startswith("arn:") else None


class Check(Protocol):
    """What is checked in an account."""

    @property
    def organization_id(self) -> str:
        """The organization whose builds read; empty where it is looked up in the account."""

    actions: ClassVar[Sequence[str]]
    """What it calls in an account. A role that is assumed for it is held to these, whatever that may do."""
    verdicts: ClassVar[Sequence[Verdict]]
    """Those that it can come to, the good one first."""

    def of(self, aws: Caller) -> Finding:
        """Check the account of these credentials.

        Raises:
            AwsError: there are no credentials to check with.
        """


@dataclass(frozen=True)
class Requirements:
    """What the role check asks for: the template's parameters, and the configuration's build roles."""

    build_roles: Sequence[str]
    minimum_role_version: str = names.MINIMUM_ROLE_VERSION
    stackery_stack_name: str = "stackery"
    stackery_stack_region: str = ""
    organization_id: str = ""

    actions: ClassVar[Sequence[str]] = (
        "iam:GetRole",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "organizations:DescribeOrganization",
    )
    verdicts: ClassVar[Sequence[Verdict]] = (
        Verdict.READY,
        Verdict.UPGRADE,
        Verdict.MISSING,
        Verdict.NO_ORGANIZATION,
        Verdict.UNREACHABLE,
    )

    def of(self, aws: Caller) -> Finding:
        """Check the account of these credentials, as its Lambda function would in this Region.

        Raises:
            AwsError: there are no credentials to check with.
        """
        from custom_resource import role_check

        identity = aws.identity
        own_stack = (
            f"arn:{identity.partition}:cloudformation:{aws.region}:{identity.account}:stack/check/none"
        )
        properties = {
            "BuildRoles": list(self.build_roles),
            "MinimumRoleVersion": self.minimum_role_version,
            "StackeryStackName": self.stackery_stack_name,
            "StackeryStackRegion": self.stackery_stack_region,
            "OrganizationId": self.organization_id,
            "RoleCheck": "Enforce",
        }
        verdict, next_step = Verdict.READY, ""
        try:
            found = role_check.check(properties, own_stack, aws)
        except role_check.Refused as refusal:
            found, next_step = refusal.found, str(refusal)
            verdict = {
                role_check.OLD: Verdict.UPGRADE,
                role_check.MISSING: Verdict.MISSING,
                role_check.NO_ORGANIZATION: Verdict.NO_ORGANIZATION,
                role_check.UNREAD: Verdict.UNREACHABLE,
                role_check.PASSING: Verdict.UNREACHABLE,
            }[refusal.kind]
        known = {name: value for name, value in found.items() if value != role_check.UNKNOWN}
        return Finding(
            account=identity.account,
            verdict=verdict,
            version=known.get("Version"),
            stack_id=known.get("StackId"),
            organization_id=known.get("OrganizationId") or self.organization_id or None,
            next_step=next_step,
        )


def is_older(one: str, other: str) -> bool:
    """Return whether a version is older than another, as the role check orders them.

    What is no version is neither older nor newer.
    """
    from custom_resource.role_check import parse

    first, second = parse(one), parse(other)
    return bool(first and second and first < second)


def count(findings: Collection[Finding], verdicts: Iterable[Verdict]) -> dict[Verdict, int]:
    """Return how many accounts have each of these verdicts."""
    return {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in verdicts}


def summary(findings: Collection[Finding]) -> str:
    """Return how many accounts are ready, and how many are not in which way, on one line."""
    counts = count(findings, (Verdict.READY, *Verdict)).items()
    return ", ".join(
        f"{number} {verdict}" for verdict, number in counts if number or verdict is Verdict.READY
    )


def by_need(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those that need work first, and by account within a verdict."""
    order = list(Verdict)
    return sorted(findings, key=lambda finding: (order.index(finding.verdict), finding.account))
