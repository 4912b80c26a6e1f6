"""The accounts that a rollout goes to, and how StackSets is told them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from private_packages.aws.aws import Aws
from private_packages.aws.errors import StackSetError
from private_packages.aws.organization.members import Member, Organization, roots, select

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import DeploymentTargetsTypeDef

UNITS_IN_A_CALL = 50
"""How many organizational units a call takes."""


class Target(TypedDict, total=False):
    """What a call says of the accounts that it is to reach: one of the two."""

    Accounts: Sequence[str]
    """With self-managed permissions."""
    DeploymentTargets: "DeploymentTargetsTypeDef"


@dataclass(frozen=True)
class Batch:
    """The accounts that one call reaches."""

    units: Sequence[str]
    """Organizational units; none with self-managed permissions."""
    accounts: Sequence[str]
    filter: "DeploymentTargetsTypeDef"
    """What the call has to say besides its units to reach just these accounts."""

    def parameters(self, accounts: Collection[str] | None = None) -> "Target":
        """Return what a call has to say to reach these accounts, or of them only those given."""
        narrowed = [account for account in self.accounts if accounts is None or account in accounts]
        if not self.units:
            return {"Accounts": narrowed}
        how = self.filter if narrowed == list(self.accounts) else intersection(narrowed)
        return {"DeploymentTargets": {"OrganizationalUnitIds": list(self.units), **how}}


@dataclass(frozen=True)
class Targets:
    """The accounts that a rollout goes to."""

    batches: Sequence[Batch]
    members: Sequence[Member]
    suspended: Sequence[Member] = ()
    """Those that StackSets passes over."""
    excluded: Sequence[Member] = ()
    management: Member | None = None
    """The management account where it is among what was asked for: StackSets leaves it out."""


def in_organization(
    aws: Aws,
    found: Organization,
    *,
    units: Sequence[str] = (),
    accounts: Collection[str] = (),
    exclude: Collection[str] = (),
) -> Targets:
    """Return the accounts of these units and of those below them; without units, of the organization.

    Raises:
        OrganizationError: there is no such unit.
        StackSetError: an account in accounts or exclude is not among the rest, or none is left.
        AwsError: AWS cannot be asked.
    """
    where = f"in {', '.join(units)}" if units else "in the organization"
    chunks = _below(aws, units)
    known = {member.id: member for chunk in chunks for member in chunk.members}
    for account in [*accounts, *exclude]:
        if account not in known:
            raise StackSetError(f"Account {account} is not {where}: correct it, or leave it out.")
    asked_for = [
        member
        for member in known.values()
        if member.id not in exclude and (not accounts or member.id in accounts)
    ]
    chosen = [member for member in asked_for if member.id != found.management_account]
    members = [member for member in chosen if member.is_active]
    if not members:
        raise StackSetError(
            f"No account {where} is left to roll out to: StackSets reaches neither suspended accounts nor the"
            f" management account {found.management_account}."
        )
    return Targets(
        batches=list(_batches(chunks, {member.id for member in members}, accounts, exclude)),
        members=members,
        suspended=[member for member in chosen if not member.is_active],
        excluded=[known[account] for account in exclude],
        management=next((each for each in asked_for if each.id == found.management_account), None),
    )


@dataclass(frozen=True)
class _Chunk:
    """The units of one call, and the accounts in them that no chunk before had."""

    units: Sequence[str]
    members: Sequence[Member]


def _below(aws: Aws, units: Sequence[str]) -> list[_Chunk]:
    """Return the accounts of these units and of those below them; without units, of the organization."""
    units = list(dict.fromkeys(units)) or [root.id for root in roots(aws)]
    known: set[str] = set()
    chunks = []
    for start in range(0, len(units), UNITS_IN_A_CALL):
        chunk = units[start : start + UNITS_IN_A_CALL]
        selection = select(aws, units=chunk)
        new = [member for member in [*selection.active, *selection.inactive] if member.id not in known]
        known |= {member.id for member in new}
        chunks.append(_Chunk(chunk, new))
    return chunks


def self_managed(accounts: Collection[str]) -> Targets:
    """Return the accounts that were named: with self-managed permissions nothing else tells them."""
    return Targets(
        batches=[Batch((), list(accounts), {})],
        members=[Member(account, "", is_active=True) for account in accounts],
    )


def intersection(accounts: Sequence[str]) -> "DeploymentTargetsTypeDef":
    """Return what narrows the units of a call to accounts."""
    return {"Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}


def _batches(
    chunks: Sequence[_Chunk], chosen: Collection[str], accounts: Collection[str], exclude: Collection[str]
) -> Iterator[Batch]:
    for chunk in chunks:
        reached = [member.id for member in chunk.members if member.id in chosen]
        excluded = [member.id for member in chunk.members if member.id in exclude]
        how: DeploymentTargetsTypeDef = {}
        if accounts:
            how = intersection(reached)
        elif excluded:
            how = {"Accounts": excluded, "AccountFilterType": "DIFFERENCE"}
        if reached:
            yield Batch(chunk.units, reached, how)
