"""The generated templates, unchanged, on a CloudFormation engine that runs the function's real code."""

import json
from typing import Any

import pytest

from generator import __version__
from tests import ROOT
from tests.e2e.ministack import Account

pytestmark = pytest.mark.server

MAIN = (ROOT / "templates" / "private-packages.yaml").read_text()
ROLE_CHECK = (ROOT / "templates" / "role-check.yaml").read_text()
SECRET = "/stackery/ghpackagerepotoken"
TOKEN = {"GitHubPackagesToken": "not-a-real-token"}


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def value(account: Account) -> str:
    answer = account.client("secretsmanager").get_secret_value(SecretId=SECRET)
    return str(answer["SecretString"])


def keys_and_secrets(account: Account) -> tuple[list[str], list[str]]:
    """Return the account's keys that are not about to be deleted, and its secrets."""
    kms = account.client("kms")
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    enabled = [key for key in keys if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"]
    secrets = account.client("secretsmanager").list_secrets()["SecretList"]
    return enabled, [secret["Name"] for secret in secrets]


def assert_nothing_left(account: Account, stack: dict[str, Any]) -> None:
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert keys_and_secrets(account) == ([], [])
    assert account.client("lambda").list_functions()["Functions"] == []
    assert account.client("logs").describe_log_groups()["logGroups"] == []
    roles = [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]]
    assert [role for role in roles if not role.startswith("stackery-")] == []


def refusal(account: Account, **parameters: str) -> str:
    """Return why the check refuses a deployment, of which nothing is left."""
    stack = account.deploy("tokens", MAIN, TOKEN | parameters)
    assert_nothing_left(account, stack)
    failures = account.failures(stack["StackId"])
    assert list(failures) == ["StackeryRole"]
    return failures["StackeryRole"]


class TestWhereTheStackeryRoleIsNewEnough:
    @pytest.mark.parametrize("version", ["1.25.0", "1.30.4-cj"])
    def test_the_stack_completes(self, account: Account, version: str) -> None:
        account.install_stackery_role(version)
        stack = account.deploy("tokens", MAIN, TOKEN)
        assert stack["StackStatus"] == "CREATE_COMPLETE", account.failures(stack["StackId"])
        assert outputs(stack)["StackeryRoleVersion"] == version

    def test_the_outputs_lead_to_what_was_made(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        result = outputs(account.deploy("tokens", MAIN, TOKEN))
        organization = account.client("organizations").describe_organization()["Organization"]["Id"]
        key = account.client("kms").describe_key(KeyId="alias/tokens")["KeyMetadata"]
        secret = account.client("secretsmanager").describe_secret(SecretId=SECRET)
        assert result == {
            "OrganizationId": organization,
            "StackeryRoleVersion": "1.25.0",
            "TemplateVersion": __version__,
            "KeyArn": key["Arn"],
            "KeyAlias": "alias/tokens",
            "HookCommand": "private-packages hook --stack-name tokens --region us-east-1",
            "GitHubPackagesSecretArn": secret["ARN"],
        }
        assert secret["KmsKeyId"] == key["Arn"]

    def test_the_key_rotates_and_serves_only_these_secrets(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        result = outputs(account.deploy("tokens", MAIN, TOKEN))
        kms = account.client("kms")
        assert kms.get_key_rotation_status(KeyId=result["KeyArn"])["KeyRotationEnabled"]
        policy = json.loads(kms.get_key_policy(KeyId=result["KeyArn"], PolicyName="default")["Policy"])
        administer, use, decrypt = policy["Statement"]
        root = {"AWS": f"arn:aws:iam::{account.id}:root"}
        assert administer["Principal"] == use["Principal"] == root
        build_roles = {
            "StringEquals": {"aws:PrincipalOrgID": result["OrganizationId"]},
            "ArnLike": {
                "aws:PrincipalArn": [
                    "arn:aws:iam::*:role/stackery/stackery-deployer",
                    "arn:aws:iam::*:role/stackery/stackery-factory-role",
                ]
            },
        }
        assert (decrypt["Action"], decrypt["Condition"]) == (
            ["kms:Decrypt"],
            {
                "StringEquals": {
                    "aws:PrincipalOrgID": result["OrganizationId"],
                    "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
                },
                "ArnLike": build_roles["ArnLike"],
                "StringLike": {
                    "kms:EncryptionContext:SecretARN": [
                        f"arn:aws:secretsmanager:us-east-1:{account.id}:secret:{SECRET}-??????"
                    ]
                },
            },
        )

    def test_the_form_s_organization_decides_who_reads(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        result = outputs(account.deploy("tokens", MAIN, TOKEN | {"OrganizationId": "o-a1b2c3d4e5"}))
        assert result["OrganizationId"] == "o-a1b2c3d4e5"
        answer = account.client("secretsmanager").get_resource_policy(SecretId=SECRET)
        [statement] = json.loads(answer["ResourcePolicy"])["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}

    @pytest.mark.parametrize("template", [MAIN, ROLE_CHECK], ids=["private-packages", "role-check"])
    def test_the_function_s_role_is_bounded_where_the_form_names_a_policy(
        self, account: Account, template: str
    ) -> None:
        account.install_stackery_role("1.25.0")
        stack = account.deploy("tokens", template, {"PermissionsBoundary": "guard/Boundary"})
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        names = [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]]
        [name] = [name for name in names if not name.startswith("stackery-")]
        boundary = account.client("iam").get_role(RoleName=name)["Role"]["PermissionsBoundary"]
        assert boundary["PermissionsBoundaryArn"] == f"arn:aws:iam::{account.id}:policy/guard/Boundary"

    def test_the_build_roles_may_read_the_current_version(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        result = outputs(account.deploy("tokens", MAIN, TOKEN))
        answer = account.client("secretsmanager").get_resource_policy(SecretId=SECRET)
        [statement] = json.loads(answer["ResourcePolicy"])["Statement"]
        assert statement["Action"] == ["secretsmanager:GetSecretValue"]
        assert statement["Condition"] == {
            "StringEquals": {"aws:PrincipalOrgID": result["OrganizationId"]},
            "ArnLike": {
                "aws:PrincipalArn": [
                    "arn:aws:iam::*:role/stackery/stackery-deployer",
                    "arn:aws:iam::*:role/stackery/stackery-factory-role",
                ]
            },
            "StringEqualsIfExists": {"secretsmanager:VersionStage": "AWSCURRENT"},
            "Null": {"secretsmanager:VersionId": "true"},
        }

    def test_the_secret_holds_the_token_and_the_stack_does_not_show_it(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        stack = account.deploy("tokens", MAIN, TOKEN)
        assert value(account) == "not-a-real-token"
        events = account.client("cloudformation").describe_stack_events(StackName="tokens")
        assert "not-a-real-token" not in json.dumps([stack, events], default=str)

    def test_without_a_token_the_secret_has_no_value_and_keeps_one_that_is_put_later(
        self, account: Account
    ) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN)
        secrets = account.client("secretsmanager")
        with pytest.raises(secrets.exceptions.ResourceNotFoundException):
            value(account)
        secrets.put_secret_value(SecretId=SECRET, SecretString="put-later")
        stack = account.deploy("tokens", MAIN, {"Recheck": "1"})
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        assert value(account) == "put-later"

    def test_the_stack_of_the_role_is_found_in_another_region(self, account: Account) -> None:
        account.install_stackery_role("1.25.0", region="eu-west-1")
        stack = account.deploy("check", ROLE_CHECK)
        assert outputs(stack) == {
            "OrganizationId": account.client("organizations").describe_organization()["Organization"]["Id"],
            "StackeryRoleVersion": "1.25.0",
            "TemplateVersion": __version__,
        }

    def test_the_function_logs_the_outcome_where_the_template_says(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN, TOKEN)
        [group] = account.client("logs").describe_log_groups()["logGroups"]
        assert group["retentionInDays"] == 30
        [function] = account.client("lambda").list_functions()["Functions"]
        assert function["LoggingConfig"]["LogGroup"] == group["logGroupName"]


class TestWhereItIsNot:
    """Rolled back, nothing left, and the reason is the sentence that a user needs."""

    def test_it_is_too_old(self, account: Account) -> None:
        account.install_stackery_role("1.24.9")
        assert refusal(account) == (
            f"Upgrade the Stackery Role in account {account.id} to version 1.25.0 or newer,"
            " then deploy again: stack stackery in us-east-1 has version 1.24.9."
        )

    def test_it_is_too_old_and_the_form_names_the_organization(self, account: Account) -> None:
        """No policy needs the check's answer then, and the key waits for it all the same."""
        account.install_stackery_role("1.24.9")
        stack = account.deploy("tokens", MAIN, {"OrganizationId": "o-a1b2c3d4e5"})
        events = account.client("cloudformation").describe_stack_events(StackName=stack["StackId"])
        begun = {event["LogicalResourceId"] for event in events["StackEvents"]}
        assert begun == {
            *("tokens", "RoleCheckLogGroup", "RoleCheckFunctionRole", "RoleCheckFunction", "StackeryRole")
        }
        assert_nothing_left(account, stack)

    def test_there_is_no_stackery_role(self, account: Account) -> None:
        assert refusal(account) == (
            f"Install or upgrade the Stackery Role in account {account.id}: the account has"
            " no IAM role stackery/stackery-deployer and no stackery/stackery-factory-role. Without builds"
            " there, set RoleCheck to Warn."
        )

    def test_there_are_build_roles_but_no_stack(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        assert refusal(account, StackeryStackName="elsewhere") == (
            f"Install the Stackery Role 1.25.0 or newer in account {account.id}, or correct"
            " StackeryStackName or StackeryStackRegion: found no stack elsewhere in us-east-1 or any other"
            " Region of Stackery."
        )

    def test_the_account_belongs_to_no_organization(self, account_without_organization: Account) -> None:
        account = account_without_organization
        account.install_stackery_role("1.25.0")
        assert refusal(account) == (
            "Deploy into an account of your AWS Organization, or set OrganizationId: account"
            f" {account.id} belongs to no organization."
        )

    def test_a_warning_lets_it_pass_and_keeps_the_version_that_was_found(self, account: Account) -> None:
        account.install_stackery_role("1.24.9")
        stack = account.deploy("tokens", MAIN, TOKEN | {"RoleCheck": "Warn"})
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert outputs(stack)["StackeryRoleVersion"] == "1.24.9"

    def test_the_check_alone_refuses_a_build_account(self, account: Account) -> None:
        account.install_stackery_role("1.24.9")
        stack = account.deploy("check", ROLE_CHECK)
        assert list(account.failures(stack["StackId"])) == ["StackeryRole"]
        assert_nothing_left(account, stack)


class TestAfterwards:
    def test_an_update_with_recheck_checks_again(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN, TOKEN)
        account.install_stackery_role("1.26.0")
        stack = account.deploy("tokens", MAIN, TOKEN | {"Recheck": "2026-11-23"})
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        assert outputs(stack)["StackeryRoleVersion"] == "1.26.0"

    def test_an_update_that_is_refused_changes_nothing(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        before = account.deploy("tokens", MAIN, TOKEN)
        account.install_stackery_role("1.24.9")
        changes = {
            "Recheck": "1",
            "GitHubPackagesToken": "another-token",
            "GitHubPackagesSecretName": "/renamed",
        }
        after = account.deploy("tokens", MAIN, changes)
        assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert list(account.failures(after["StackId"])) == ["StackeryRole"]
        assert outputs(after) == outputs(before)
        assert value(account) == "not-a-real-token"
        assert keys_and_secrets(account)[1] == [SECRET]

    def test_an_update_that_fails_later_is_rolled_back(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        before = account.deploy("tokens", MAIN, TOKEN)
        account.client("secretsmanager").create_secret(Name="/taken", SecretString="of somebody else")
        after = account.deploy("tokens", MAIN, TOKEN | {"GitHubPackagesSecretName": "/taken"})
        assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert outputs(after) == outputs(before)
        assert value(account) == "not-a-real-token"

    def test_a_new_release_of_the_template_checks_again(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN, TOKEN)
        account.install_stackery_role("1.24.9")
        released = MAIN.replace(f"TemplateVersion: {__version__}", "TemplateVersion: 99.0.0")
        after = account.deploy("tokens", released, TOKEN)
        assert list(account.failures(after["StackId"])) == ["StackeryRole"]

    def test_a_new_token_becomes_the_current_version(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN, TOKEN)
        account.deploy("tokens", MAIN, {"GitHubPackagesToken": "another-token"})
        assert value(account) == "another-token"

    def test_deletion_keeps_key_and_secret_and_removes_the_rest(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        result = outputs(account.deploy("tokens", MAIN, TOKEN))
        assert account.delete("tokens")["StackStatus"] == "DELETE_COMPLETE"
        assert keys_and_secrets(account) == ([result["KeyArn"].split("/")[-1]], [SECRET])
        assert value(account) == "not-a-real-token"
        assert account.client("lambda").list_functions()["Functions"] == []
        assert account.client("kms").list_aliases()["Aliases"] == []

    def test_a_second_deployment_over_the_kept_secret_says_so(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("tokens", MAIN, TOKEN)
        before = keys_and_secrets(account)
        second = account.deploy("second", MAIN, TOKEN)
        assert second["StackStatus"] == "ROLLBACK_COMPLETE"
        [reason] = account.failures(second["StackId"]).values()
        assert f"{SECRET} already exists" in reason
        assert keys_and_secrets(account) == before

    def test_a_deletion_succeeds_although_the_role_is_too_old_by_then(self, account: Account) -> None:
        account.install_stackery_role("1.25.0")
        account.deploy("check", ROLE_CHECK)
        account.install_stackery_role("1.24.9")
        assert account.delete("check")["StackStatus"] == "DELETE_COMPLETE"
