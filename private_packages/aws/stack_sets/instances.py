"""The instances of a stack set: what became of the template in each account and Region, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.organization import members
from private_packages.aws.stack_sets import reasons
from private_packages.aws.stack_sets.stack_set import StackSet

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackInstanceSummaryTypeDef

PAGE = 100
"""The most instances that CloudFormation lists in one answer."""


class Outcome(StrEnum):
    """What became of an instance: the causes first, then what suffered from them, at the end what is done."""

    FAILED = "failed"
    CANCELLED = "cancelled"
    """Not tried, because too many others failed or somebody stopped the operation."""
    RUNNING = "running"
    WAITING = "waiting"
    SKIPPED = "skipped"
    """Its account is suspended."""
    DONE = "done"


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}
_OUTCOMES = {
    "FAILED": Outcome.FAILED,
    "FAILED_IMPORT": Outcome.FAILED,
    "INOPERABLE": Outcome.FAILED,
    "CANCELLED": Outcome.CANCELLED,
    "RUNNING": Outcome.RUNNING,
    "PENDING": Outcome.WAITING,
    "SKIPPED_SUSPENDED_ACCOUNT": Outcome.SKIPPED,
}
"""By CloudFormation's detailed status; SUCCEEDED is the last operation's and does not decide."""
_UNTOLD = {
    Outcome.FAILED: "CloudFormation gives no reason: look at the stack's events in the account.",
    Outcome.CANCELLED: "Cancelled, and CloudFormation gives no reason.",
    Outcome.SKIPPED: "The account is suspended.",
}


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a stack set."""

    account: str
    region: str
    outcome: Outcome
    name: str = ""
    """The account's name; empty where it is not known."""
    unit: str = ""
    """The id of the organizational unit or root that the set was deployed to; empty in a self-managed set."""
    status: str = ""
    """CloudFormation's status: CURRENT, OUTDATED or INOPERABLE."""
    detailed_status: str = ""
    """What became of the last operation, in CloudFormation's word."""
    version: str = ""
    """The Stackery Role's version; empty where it is not known."""
    reason: str = ""
    """One sentence; empty where there is nothing to say."""
    stack_id: str = ""
    """The ARN of the stack; a failed creation leaves none."""


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Instances that came to the same for the same reason."""

    outcome: Outcome
    reason: str
    """The reason that they share, with … where it differs by account, Region or version."""
    instances: Sequence[Instance]

    @property
    def accounts(self) -> list[str]:
        """The accounts, each once."""
        return list(dict.fromkeys(instance.account for instance in self.instances))

    @property
    def regions(self) -> list[str]:
        """The Regions, each once."""
        return sorted({instance.region for instance in self.instances})


def list_all(stack_set: StackSet, names: Mapping[str, str]) -> list[Instance]:
    """Return all instances of the set, by outcome, account and Region.

    Args:
        stack_set: the set.
        names: the names of accounts, as far as they are known.

    Raises:
        AwsError: there is no such set, or AWS cannot be asked.
    """
    found = [read(summary, names) for summary in stack_set.pages("list_stack_instances", MaxResults=PAGE)]
    return sorted(found, key=lambda instance: (_RANKS[instance.outcome], instance.account, instance.region))


def read(summary: "StackInstanceSummaryTypeDef", names: Mapping[str, str]) -> Instance:
    """Return the instance that CloudFormation describes in an entry of ListStackInstances."""
    account = summary.get("Account", "")
    outcome = _outcome(summary)
    reason = reasons.sentence(summary.get("StatusReason", "")) or _UNTOLD.get(outcome, "")
    return Instance(
        account=account,
        region=summary.get("Region", ""),
        outcome=outcome,
        name=names.get(account, ""),
        unit=summary.get("OrganizationalUnitId", ""),
        status=summary.get("Status", ""),
        detailed_status=summary.get("StackInstanceStatus", {}).get("DetailedStatus", ""),
        version=reasons.stackery_role_version(reason),
        reason=reason,
        stack_id=summary.get("StackId", ""),
    )


def _outcome(summary: "StackInstanceSummaryTypeDef") -> Outcome:
    detailed = summary.get("StackInstanceStatus", {}).get("DetailedStatus", "")
    if detailed in _OUTCOMES:
        return _OUTCOMES[detailed]
    status = summary.get("Status")
    if status == "OUTDATED":
        return Outcome.WAITING
    return Outcome.DONE if status == "CURRENT" else Outcome.FAILED


def count(instances: Iterable[Instance]) -> dict[Outcome, int]:
    """Return how many instances came to each outcome, with those that none came to."""
    counted = Counter(instance.outcome for instance in instances)
    return {outcome: counted[outcome] for outcome in Outcome}


def group(instances: Iterable[Instance]) -> list[ReasonGroup]:
    """Return the instances that are not done by their reasons: causes first, larger groups first."""
    alike: dict[tuple[Outcome, tuple[str, ...]], list[Instance]] = {}
    for instance in instances:
        if instance.reason and instance.outcome is not Outcome.DONE:
            alike.setdefault((instance.outcome, reasons.pattern(instance.reason)), []).append(instance)
    groups = [
        ReasonGroup(outcome, reasons.common([instance.reason for instance in members]), members)
        for (outcome, _), members in alike.items()
    ]
    return sorted(groups, key=lambda each: (_RANKS[each.outcome], -len(each.instances), each.reason))


def account_names(aws: Aws) -> dict[str, str]:
    """Return the names of the organization's accounts, or none where the caller may not list them."""
    try:
        found = members.select(aws)
    except AwsError:
        return {}
    return {member.id: member.name for member in [*found.active, *found.inactive]}
