"""The accounts that a rollout goes to, and how StackSets is told them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from private_packages.aws.aws import Aws
from private_packages.aws.errors import StackSetError
from private_packages.aws.organization.members import Member, Organization, roots, select

UNITS_IN_A_CALL = 50
"""How many organizational units a call takes."""


@dataclass(frozen=True)
class Batch:
    """The accounts that one call reaches."""

    units: Sequence[str]
    """Organizational units; none with self-managed permissions."""
    accounts: Sequence[str]
    filter: dict[str, Any]
    """What the call has to say besides its units to reach just these accounts."""

    def parameters(self, accounts: Collection[str] | None = None) -> dict[str, Any]:
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
    units = list(dict.fromkeys(units)) or [root.id for root in roots(aws)]
    known: dict[str, Member] = {}
    chunks: list[tuple[Sequence[str], list[Member]]] = []
    for chunk in (units[start : start + UNITS_IN_A_CALL] for start in range(0, len(units), UNITS_IN_A_CALL)):
        selection = select(aws, units=chunk)
        new = [member for member in [*selection.active, *selection.inactive] if member.id not in known]
        chunks.append((chunk, new))
        known |= {member.id: member for member in new}
    for account in [*accounts, *exclude]:
        if account not in known:
            raise StackSetError(f"Account {account} is not {where}: correct it, or leave it out.")

    def asked_for(member: Member) -> bool:
        return member.id not in exclude and (not accounts or member.id in accounts)

    management = known.get(found.management_account)
    chosen = [member for member in known.values() if asked_for(member) and member is not management]
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
        management=management if management and asked_for(management) else None,
    )


def self_managed(accounts: Collection[str]) -> Targets:
    """Return the accounts that were named: with self-managed permissions nothing else tells them."""
    return Targets(
        batches=[Batch((), list(accounts), {})],
        members=[Member(account, "", is_active=True) for account in accounts],
    )


def intersection(accounts: Sequence[str]) -> dict[str, Any]:
    """Return what narrows the units of a call to accounts."""
    return {"Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}


def _batches(
    chunks: Sequence[tuple[Sequence[str], Sequence[Member]]],
    chosen: Collection[str],
    accounts: Collection[str],
    exclude: Collection[str],
) -> Iterator[Batch]:
    for units, members in chunks:
        reached = [member.id for member in members if member.id in chosen]
        excluded = [member.id for member in members if member.id in exclude]
        how: dict[str, Any] = {}
        if accounts:
            how = intersection(reached)
        elif excluded:
            how = {"Accounts": excluded, "AccountFilterType": "DIFFERENCE"}
        if reached:
            yield Batch(units, reached, how)
