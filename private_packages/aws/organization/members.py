"""The accounts of an AWS Organization, and its organizational units."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, OrganizationError
from private_packages.aws.text import one_line

if TYPE_CHECKING:
    from mypy_boto3_organizations.type_defs import OrganizationalUnitTypeDef

_NAME = 128
"""Characters; Organizations takes none longer."""


@dataclass(frozen=True)
class Organization:
    """An AWS Organization."""

    id: str
    management_account: str


@dataclass(frozen=True)
class Unit:
    """An organizational unit, or the root."""

    id: str
    path: str
    """The names from the root or from the unit that was asked for, down to this one: Root/Workloads/Prod."""


@dataclass(frozen=True)
class Member:
    """An account of the organization."""

    id: str
    name: str
    is_active: bool
    """Not so while it is suspended or being closed: no role can be assumed there."""
    unit: Unit | None = None
    """Where it is; None where only the whole organization was asked for."""


@dataclass(frozen=True)
class Selection:
    """The accounts that were asked for."""

    active: Sequence[Member]
    inactive: Sequence[Member]
    """Those that nothing can be done in."""


def own_organization(aws: Aws) -> Organization:
    """Return the organization of the caller's account.

    Raises:
        OrganizationError: the account belongs to none.
        AwsError: AWS cannot be asked.
    """
    try:
        with asking("look up the organization"):
            found = aws.client("organizations").describe_organization()["Organization"]
    except AwsError as error:
        if error.code == "AWSOrganizationsNotInUseException":
            raise OrganizationError(
                f"Account {aws.identity.account} belongs to no organization: use an account that does."
            ) from error
        raise
    return Organization(found["Id"], found["MasterAccountId"])


def select(
    aws: Aws,
    *,
    units: Collection[str] = (),
    accounts: Collection[str] = (),
    exclude: Collection[str] = (),
) -> Selection:
    """Return the accounts of these units and of those below them, narrowed to accounts, without exclude.

    Without units, all accounts of the organization. An account that lies below two of the units counts once.

    Raises:
        OrganizationError: there is no such unit, or an account in accounts or exclude is not among the rest.
        AwsError: AWS cannot be asked; only the management account and delegated administrators may list.
    """
    found = {
        member.id: member
        for member in ([m for unit in units for m in _below(aws, unit)] if units else _all(aws))
    }
    where = f"in {', '.join(units)}" if units else "in the organization"
    for account in [*accounts, *exclude]:
        if account not in found:
            raise OrganizationError(f"Account {account} is not {where}: correct it, or leave it out.")
    chosen = [
        member
        for member in found.values()
        if member.id not in exclude and (not accounts or member.id in accounts)
    ]
    return Selection(
        active=[member for member in chosen if member.is_active],
        inactive=[member for member in chosen if not member.is_active],
    )


def roots(aws: Aws) -> list[Unit]:
    """Return the root of the organization, of which there is one.

    Raises:
        AwsError: AWS cannot be asked.
    """
    organizations = aws.client("organizations")
    return [Unit(root["Id"], root["Name"]) for root in _pages(organizations, "list_roots", "Roots")]


def paths(aws: Aws, units: Iterable[str]) -> dict[str, str]:
    """Return the names from the root down to each of these units: Root/Workloads/Prod.

    A unit that is not there, or that the caller may not ask for, is left out.
    """
    names: dict[str, str] = {}

    def name(unit_id: str) -> str:
        if unit_id not in names:
            names[unit_id] = _name(aws, unit_id)
        return names[unit_id]

    found = {}
    for unit in units:
        with suppress(AwsError, OrganizationError):
            # Path holds the ids: o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/.
            path = "" if unit.startswith("r-") else _describe(aws, unit).get("Path", "")
            found[unit] = "/".join(map(name, path.strip("/").split("/")[1:] or [unit]))
    return found


def _all(aws: Aws) -> Iterator[Member]:
    organizations = aws.client("organizations")
    yield from (_member(account) for account in _pages(organizations, "list_accounts", "Accounts"))


def _below(aws: Aws, unit_id: str) -> Iterator[Member]:
    """Walk the tree: Organizations lists the children of one unit only."""
    organizations = aws.client("organizations")
    open_units = [Unit(unit_id, _name(aws, unit_id))]
    while open_units:
        unit = open_units.pop(0)
        for account in _pages(organizations, "list_accounts_for_parent", "Accounts", ParentId=unit.id):
            yield _member(account, unit)
        open_units += [
            Unit(child["Id"], f"{unit.path}/{child['Name']}")
            for child in _pages(
                organizations,
                "list_organizational_units_for_parent",
                "OrganizationalUnits",
                ParentId=unit.id,
            )
        ]


def _name(aws: Aws, unit_id: str) -> str:
    unknown = f"There is no organizational unit {unit_id}: correct it."
    if unit_id.startswith("r-"):
        names = {root.id: root.path for root in roots(aws)}
        if unit_id not in names:
            raise OrganizationError(unknown)
        return names[unit_id]
    try:
        return str(_describe(aws, unit_id)["Name"])
    except AwsError as error:
        if error.code in ("OrganizationalUnitNotFoundException", "InvalidInputException"):
            raise OrganizationError(unknown) from error
        raise


def _describe(aws: Aws, unit_id: str) -> "OrganizationalUnitTypeDef":
    with asking(f"read the organizational unit {unit_id}"):
        answer = aws.client("organizations").describe_organizational_unit(OrganizationalUnitId=unit_id)
    return answer["OrganizationalUnit"]


def _pages(organizations: Any, operation: str, key: str, **parameters: str) -> Iterator[dict[str, Any]]:
    with asking("list the organization's accounts"):
        for page in organizations.get_paginator(operation).paginate(**parameters):
            yield from page[key]


def _member(account: dict[str, Any], unit: Unit | None = None) -> Member:
    # Status was announced to go on 2026-09-09; where both are there, State is the one to go by.
    state = account.get("State") or account.get("Status")
    return Member(account["Id"], one_line(account["Name"], _NAME), state == "ACTIVE", unit)
