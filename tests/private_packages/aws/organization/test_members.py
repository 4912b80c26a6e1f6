"""The accounts of an organization: all of them, those below its units, and those that are left out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from private_packages.aws.errors import AwsError, OrganizationError
from private_packages.aws.organization.members import own_organization, paths, roots, select
from tests.aws import ErrorAnswer
from tests.moto_organization import MotoOrganization, running

DENIED = ErrorAnswer("AccessDeniedException", "You don't have permissions to access this resource.")


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoOrganization]:
    with running(monkeypatch) as organization:
        yield organization


def test_the_organization_is_described(organization: MotoOrganization) -> None:
    found = own_organization(organization.aws)
    assert (found.id, found.management_account) == (organization.id, organization.management_account)


def test_without_units_all_accounts_are_selected(organization: MotoOrganization) -> None:
    production = organization.unit("Production")
    accounts = {organization.account("shared"), organization.account("shop", production)}
    found = select(organization.aws)
    assert {member.id for member in found.active} == {organization.management_account, *accounts}
    assert {member.name for member in found.active} == {"master", "shared", "shop"}
    assert found.inactive == []


def test_a_unit_stands_for_all_below_it_and_each_account_says_where_it_is(
    organization: MotoOrganization,
) -> None:
    workloads, other = organization.unit("Workloads"), organization.unit("Other")
    production = organization.unit("Production", workloads)
    shops = organization.unit("Shops", production)
    expected = {
        organization.account("tools", workloads): (workloads, "Workloads"),
        organization.account("shop", shops): (shops, "Workloads/Production/Shops"),
    }
    organization.account("elsewhere", other)
    found = {member.id: member.unit for member in select(organization.aws, units=[workloads]).active}
    assert {account: (unit.id, unit.path) for account, unit in found.items() if unit} == expected


def test_an_account_below_two_of_the_units_counts_once(organization: MotoOrganization) -> None:
    workloads = organization.unit("Workloads")
    production = organization.unit("Production", workloads)
    account = organization.account("shop", production)
    found = select(organization.aws, units=[workloads, production])
    assert [member.id for member in found.active] == [account]


def test_the_root_stands_for_the_whole_organization(organization: MotoOrganization) -> None:
    account = organization.account("shop", organization.unit("Workloads"))
    [root] = roots(organization.aws)
    found = {member.id: member.unit for member in select(organization.aws, units=[root.id]).active}
    assert set(found) == {organization.management_account, account}
    assert getattr(found[account], "path", "") == "Root/Workloads"


def test_accounts_narrow_and_exclude_leaves_out(organization: MotoOrganization) -> None:
    one, two, three = (organization.account(name) for name in ("one", "two", "three"))
    found = select(organization.aws, accounts=[one, two], exclude=[two])
    assert [member.id for member in found.active] == [one]
    found = select(organization.aws, exclude=[organization.management_account, three])
    assert {member.id for member in found.active} == {one, two}


def test_suspended_accounts_are_kept_apart(organization: MotoOrganization) -> None:
    active, suspended = organization.account("active"), organization.account("suspended")
    organization.suspend(suspended)
    found = select(organization.aws, exclude=[organization.management_account])
    assert [member.id for member in found.active] == [active]
    assert [member.id for member in found.inactive] == [suspended]


WORKLOADS, PRODUCTION, GONE = (f"ou-ab12-{letter * 8}" for letter in "wpg")


def described(parameters: dict[str, str]) -> dict[str, Any] | ErrorAnswer:
    """The organization's units, each with the path of ids that AWS gives."""
    units = {
        WORKLOADS: ("Workloads", f"o-a1b2c3d4e5/r-ab12/{WORKLOADS}/"),
        PRODUCTION: ("Production", f"o-a1b2c3d4e5/r-ab12/{WORKLOADS}/{PRODUCTION}/"),
    }
    unit = parameters["OrganizationalUnitId"]
    if unit not in units:
        return ErrorAnswer("OrganizationalUnitNotFoundException")
    name, path = units[unit]
    return {"OrganizationalUnit": {"Id": unit, "Name": name, "Path": path}}


def test_a_unit_is_told_by_the_names_from_the_root_down(scripted: Callable[..., Any]) -> None:
    root = {"Roots": [{"Id": "r-ab12", "Name": "Root"}]}
    aws, session = scripted(DescribeOrganizationalUnit=described, ListRoots=root)
    assert paths(aws, ["r-ab12", PRODUCTION, WORKLOADS, GONE]) == {
        "r-ab12": "Root",
        PRODUCTION: "Root/Workloads/Production",
        WORKLOADS: "Root/Workloads",
    }
    assert [operation for operation, _ in session.sent].count("ListRoots") == 1


def test_without_a_path_a_unit_is_told_by_its_own_name(organization: MotoOrganization) -> None:
    unit = organization.unit("Workloads")
    assert paths(organization.aws, [unit]) == {unit: "Workloads"}


def test_what_the_caller_may_not_ask_for_has_no_path(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(DescribeOrganizationalUnit=DENIED, ListRoots=DENIED)
    assert paths(aws, [WORKLOADS, "r-ab12"]) == {}


@pytest.mark.parametrize("key", ["accounts", "exclude"])
def test_an_account_outside_is_refused(organization: MotoOrganization, key: str) -> None:
    with pytest.raises(OrganizationError) as refused:
        select(organization.aws, **{key: ["111122223333"]})
    assert str(refused.value) == (
        "Account 111122223333 is not in the organization: correct it, or leave it out."
    )


def test_an_account_elsewhere_in_the_organization_is_refused(organization: MotoOrganization) -> None:
    unit, account = organization.unit("Workloads"), organization.account("elsewhere")
    with pytest.raises(OrganizationError, match=rf"^Account {account} is not in {unit}: correct it"):
        select(organization.aws, units=[unit], accounts=[account])


@pytest.mark.parametrize("unit", ["ou-ab12-cdefghij", "r-zzzz"])
def test_an_unknown_unit_is_refused(organization: MotoOrganization, unit: str) -> None:
    with pytest.raises(OrganizationError, match=rf"^There is no organizational unit {unit}: correct it.$"):
        select(organization.aws, units=[unit])


def test_all_pages_are_read(scripted: Callable[..., Any]) -> None:
    def account(number: int) -> dict[str, str]:
        return {"Id": f"{number:012}", "Name": f"account {number}", "State": "ACTIVE"}

    def page(parameters: dict[str, Any]) -> dict[str, Any]:
        start = int(parameters.get("NextToken", 0))
        more = {"NextToken": str(start + 20)} if start < 40 else {}
        return {"Accounts": [account(number) for number in range(start, start + 20)], **more}

    aws, session = scripted(ListAccounts=page)
    assert len(select(aws).active) == 60
    assert len(session.sent) == 3


@pytest.mark.parametrize("state", ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_the_newer_name_of_the_status_counts(scripted: Callable[..., Any], state: str) -> None:
    for status in ({}, {"Status": "ACTIVE"}):
        account = {"Id": "111122223333", "Name": "x", "State": state, **status}
        aws, _ = scripted(ListAccounts={"Accounts": [account]})
        assert [member.id for member in select(aws).inactive] == ["111122223333"]


@pytest.mark.parametrize("field", ["State", "Status"])
def test_either_name_of_the_status_is_enough(scripted: Callable[..., Any], field: str) -> None:
    accounts = [
        {"Id": f"{number:012}", "Name": "x", field: state}
        for number, state in enumerate(("ACTIVE", "SUSPENDED"))
    ]
    aws, _ = scripted(ListAccounts={"Accounts": accounts})
    selection = select(aws)
    assert [member.id for member in selection.active] == ["000000000000"]
    assert [member.id for member in selection.inactive] == ["000000000001"]


def test_an_account_without_an_organization_is_told_so(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(
        DescribeOrganization=ErrorAnswer("AWSOrganizationsNotInUseException"),
        GetCallerIdentity={"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"},
    )
    with pytest.raises(OrganizationError, match=r"^Account 111122223333 belongs to no organization: use an"):
        own_organization(aws)


def test_who_may_not_list_is_told_so(scripted: Callable[..., Any]) -> None:
    aws, _ = scripted(
        DescribeOrganization=DENIED, ListAccounts=DENIED, DescribeOrganizationalUnit=DENIED, ListRoots=DENIED
    )
    with pytest.raises(AwsError, match=r"^May not look up the organization: get the permission"):
        own_organization(aws)
    with pytest.raises(AwsError, match=r"^May not list the organization's accounts: get the permission"):
        select(aws)
    with pytest.raises(AwsError, match=r"^May not read the organizational unit ou-ab12-cdefghij: get the"):
        select(aws, units=["ou-ab12-cdefghij"])
    with pytest.raises(AwsError, match=r"^May not list the organization's accounts: get the permission"):
        select(aws, units=["r-ab12"])
