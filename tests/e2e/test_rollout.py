"""What a rollout sends to StackSets, deployed to an account each, as StackSets would."""

from typing import Any

import pytest

from generator.configuration import DEFAULT
from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.commands.files import template_text
from tests.e2e.ministack import Account

pytestmark = pytest.mark.server


def deploy(account: Account, *given: str) -> dict[str, Any]:
    """Do as StackSets does in an account: with the template and the parameters of the stack set."""
    values = dict(each.split("=") for each in given)
    creation: dict[str, Any] = Definition.of(
        template_text("role-check", DEFAULT), values, Permissions(), {}
    ).creation()
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in creation["Parameters"]}
    assert creation["Capabilities"] == ["CAPABILITY_IAM"]
    return account.deploy("StackSet-stackery-role-check-1", creation["TemplateBody"], parameters)


@pytest.fixture
def accounts(account: Account) -> list[Account]:
    """Accounts of one organization, next to each other."""
    return [Account(account.url, f"{int(account.id) + number * 10_000}") for number in range(5)]


def test_each_account_passes_or_fails_for_itself(accounts: list[Account]) -> None:
    new, old, forked, elsewhere, without = accounts
    new.install_stackery_role("1.30.4-cj")
    old.install_stackery_role("1.24.9")
    forked.install_stackery_role("2.0.1", roles=())
    elsewhere.install_stackery_role("1.25.0", region="eu-west-1")
    stacks = {account.id: deploy(account) for account in accounts}
    assert [stack["StackStatus"] for stack in stacks.values()] == [
        "CREATE_COMPLETE",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_COMPLETE",
        "CREATE_COMPLETE",
        "ROLLBACK_COMPLETE",
    ]
    for account, reason in (
        (old, f"Upgrade the Stackery Role in account {old.id} to version 1.25.0 or newer"),
        (forked, f"Install or upgrade the Stackery Role in account {forked.id}: the account has no IAM role"),
        (
            without,
            f"Install or upgrade the Stackery Role in account {without.id}: the account has no IAM role",
        ),
    ):
        [(resource, found)] = account.failures(stacks[account.id]["StackId"]).items()
        assert resource == "StackeryRole"
        assert found.startswith(reason)


def test_the_parameters_of_the_set_reach_the_accounts(accounts: list[Account]) -> None:
    new, old, *_ = accounts
    new.install_stackery_role("1.30.4")
    old.install_stackery_role("1.25.0")
    stacks = [deploy(account, "MinimumRoleVersion=1.30.0") for account in (new, old)]
    assert [stack["StackStatus"] for stack in stacks] == ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"]
    warned = deploy(accounts[2], "RoleCheck=Warn")
    assert warned["StackStatus"] == "CREATE_COMPLETE"


def test_an_update_of_the_set_checks_again(accounts: list[Account]) -> None:
    account = accounts[0]
    account.install_stackery_role("1.25.0")
    deploy(account)
    account.install_stackery_role("1.24.9")
    assert deploy(account, "Recheck=2026-11-25")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
