"""A role in each of many accounts, through clients that all accounts share."""

from collections.abc import Iterator

import pytest

from private_packages.aws.errors import AwsError
from private_packages.aws.organization.account_check import Requirements
from private_packages.aws.organization.roles import RoleInAccount, Roles
from tests.moto_organization import ROLE, MotoOrganization, running


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[MotoOrganization]:
    with running(monkeypatch) as organization:
        yield organization


def role_in_an_account(organization: MotoOrganization) -> RoleInAccount:
    roles = Roles(organization.aws, ROLE, actions=Requirements.actions, connections=1)
    return roles.assume(organization.account("one"))


def test_a_call_that_is_made_for_nobody_is_not_signed(organization: MotoOrganization) -> None:
    caller = role_in_an_account(organization)
    pages = caller.client("iam").get_paginator("list_roles").paginate()
    with pytest.raises(LookupError):
        list(pages)


def test_the_credentials_show_nowhere(organization: MotoOrganization) -> None:
    caller = role_in_an_account(organization)
    shown = f"{caller!r} {caller.client('iam')!r}"
    for secret in caller.credentials[:3]:
        assert str(secret) not in shown


def test_a_region_that_is_none_is_told_in_a_sentence(organization: MotoOrganization) -> None:
    caller = role_in_an_account(organization)
    with pytest.raises(AwsError, match=r"AWS cannot be asked: .*'not a region'"):
        caller.client("iam", "not a region")


def test_dates_are_left_as_aws_writes_them_since_nobody_reads_them(organization: MotoOrganization) -> None:
    caller = role_in_an_account(organization)
    organization.install_build_roles(caller.identity.account)
    role = caller.client("iam").get_role(RoleName="stackery-deployer")["Role"]
    assert isinstance(role["CreateDate"], str)
