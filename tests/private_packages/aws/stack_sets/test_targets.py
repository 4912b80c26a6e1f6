"""The accounts that a rollout goes to, in an organization in moto."""

import boto3
import pytest

from private_packages.aws.aws import sign_in
from private_packages.aws.errors import StackSetError
from private_packages.aws.organization import members as organizations
from private_packages.aws.stack_sets import targets
from private_packages.aws.stack_sets.targets import Targets
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import Tree


def reached(**asked: list[str]) -> Targets:
    aws = sign_in()
    return targets.in_organization(aws, organizations.own_organization(aws), **asked)


def ids(found: Targets) -> set[str]:
    return {member.id for member in found.members}


def test_without_units_it_is_the_whole_organization_but_the_management_account(organization: Grow) -> None:
    tree = organization(45, suspended=3)  # more than a page of any unit
    found = reached()
    assert ids(found) == set(tree.active)
    assert {member.id for member in found.suspended} == set(tree.suspended)
    assert found.management is not None
    assert found.management.id == tree.service.management
    [batch] = found.batches
    assert batch.parameters() == {"DeploymentTargets": {"OrganizationalUnitIds": [tree.root]}}


def test_a_unit_brings_those_below_it_with_their_names(organization: Grow) -> None:
    tree = organization(8)
    found = reached(units=[tree.units["Workloads"]])
    assert {member.unit.path for member in found.members if member.unit} == {
        "Workloads",
        "Workloads/Prod",
        "Workloads/Test",
    }
    assert found.management is None


def test_an_account_below_two_units_counts_once(organization: Grow) -> None:
    tree = organization(8)
    both = [tree.units["Workloads"], tree.units["Prod"], tree.units["Workloads"]]
    found = reached(units=both)
    assert len(found.members) == 6
    assert found.batches[0].units == [tree.units["Workloads"], tree.units["Prod"]]


def test_accounts_narrow_by_intersection(organization: Grow) -> None:
    tree = organization(4)
    found = reached(accounts=tree.accounts[:2], exclude=tree.accounts[1:2])
    assert found.batches[0].parameters() == {
        "DeploymentTargets": {
            "OrganizationalUnitIds": [tree.root],
            "Accounts": tree.accounts[:1],
            "AccountFilterType": "INTERSECTION",
        }
    }
    assert [member.id for member in found.excluded] == tree.accounts[1:2]


def test_exclusions_narrow_by_difference(organization: Grow) -> None:
    tree = organization(4)
    found = reached(exclude=tree.accounts[:1])
    assert ids(found) == set(tree.accounts[1:])
    assert found.batches[0].parameters() == {
        "DeploymentTargets": {
            "OrganizationalUnitIds": [tree.root],
            "Accounts": tree.accounts[:1],
            "AccountFilterType": "DIFFERENCE",
        }
    }


def test_some_of_them_are_told_by_intersection(organization: Grow) -> None:
    tree = organization(4)
    [batch] = reached().batches
    assert batch.parameters(tree.accounts[2:3])["DeploymentTargets"]["Accounts"] == tree.accounts[2:3]
    assert "Accounts" not in batch.parameters(tree.accounts)["DeploymentTargets"]


@pytest.mark.slow
def test_more_units_than_a_call_takes_become_several_calls(organization: Grow) -> None:
    tree = organization(4)
    client = boto3.client("organizations")
    empty = [
        client.create_organizational_unit(ParentId=tree.root, Name=f"empty-{number}")["OrganizationalUnit"][
            "Id"
        ]
        for number in range(110)
    ]
    units = [tree.units["Prod"], *empty, tree.units["Test"]]
    batches = reached(units=units).batches
    assert [len(batch.units) for batch in batches] == [50, 12]
    assert [list(batch.accounts) for batch in batches] == [[tree.accounts[1]], [tree.accounts[2]]]


@pytest.mark.parametrize("option", ["accounts", "exclude"])
def test_an_account_outside_is_refused(organization: Grow, option: str) -> None:
    tree = organization(4)
    message = r"^Account 999900001111 is not in the organization: correct it, or leave it out\.$"
    with pytest.raises(StackSetError, match=message):
        reached(**{option: ["999900001111"]})
    with pytest.raises(StackSetError, match=f"^Account {tree.accounts[3]} is not in {tree.units['Prod']}"):
        reached(units=[tree.units["Prod"]], **{option: [tree.accounts[3]]})


def nobody(tree: Tree) -> list[dict[str, list[str]]]:
    return [
        {"accounts": [tree.service.management]},
        {"accounts": tree.suspended},
        {"exclude": tree.active},
    ]


def test_where_nobody_is_left_it_is_refused(organization: Grow) -> None:
    tree = organization(3, suspended=1)
    for asked in nobody(tree):
        with pytest.raises(StackSetError, match=r"^No account in the organization is left to roll out to"):
            reached(**asked)


def test_self_managed_ones_are_told_as_they_are_named() -> None:
    found = targets.self_managed(["111122223333", "444455556666"])
    assert found.batches[0].parameters() == {"Accounts": ["111122223333", "444455556666"]}
    assert found.batches[0].parameters({"444455556666"}) == {"Accounts": ["444455556666"]}
