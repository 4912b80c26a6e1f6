"""Taking over what is there: the key and secret of the manual procedure, or what a stack left behind."""

import json
from typing import Any

import pytest

from tests.e2e.test_deploy import NPM, PIP, SECRET, STACK, TOKEN, Deployer, deployer, refused
from tests.policies.manual_procedure import KEY_POLICY, SECRET_POLICY
from tests.policies.specification import ORGANIZATION, SECRET_ACCOUNT

__all__ = ["deployer"]

pytestmark = pytest.mark.server


def organization(deployer: Deployer) -> str:
    answer = deployer.account.client("organizations").describe_organization()
    return str(answer["Organization"]["Id"])


def by_hand(deployer: Deployer, name: str = SECRET, *more: Any) -> tuple[str, str]:
    """Follow the manual procedure; returns the ARNs of key and secret. The key's policy can have more."""
    kms, secrets = deployer.account.client("kms"), deployer.account.client("secretsmanager")
    key_policy, secret_policy = (
        json.dumps(policy)
        .replace(ORGANIZATION, organization(deployer))
        .replace(SECRET_ACCOUNT, deployer.account.id)
        for policy in (KEY_POLICY | {"Statement": [*KEY_POLICY["Statement"], *more]}, SECRET_POLICY)
    )
    description = "Key to encrypt private repository API keys for Stackery"
    key = kms.create_key(Description=description, Policy=key_policy)["KeyMetadata"]
    secret = secrets.create_secret(
        Name=name,
        Description="GitHub Packages Personal Access Token",
        SecretString=TOKEN,
        KmsKeyId=key["Arn"],
    )
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=secret_policy)
    return key["Arn"], secret["ARN"]


def outputs(deployer: Deployer) -> dict[str, str]:
    found = deployer.account.stack(STACK)["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def policies(deployer: Deployer, key: str, secret: str) -> str:
    of_key = deployer.account.client("kms").get_key_policy(KeyId=key, PolicyName="default")
    of_secret = deployer.account.client("secretsmanager").get_resource_policy(SecretId=secret)
    return f"{of_key['Policy']}{of_secret['ResourcePolicy']}"


def test_without_import_the_command_is_named(deployer: Deployer) -> None:
    by_hand(deployer)
    said = refused(deployer.deploy("--yes", "--parameter", "Recheck=now"))
    assert said == (
        f"Error: The secret {SECRET} exists already, and it holds a token: take it over, with its key and"
        " its value (`private-packages deploy --import --parameter=Recheck=now --stack-name"
        " private-packages`), or give another name (--parameter GitHubPackagesSecretName=NAME)."
    )


def test_key_and_secret_of_the_manual_procedure_are_taken_over(deployer: Deployer) -> None:
    key, secret = by_hand(deployer)
    dry = deployer.deploy("--import", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    policy = f"open to {organization(deployer)}, replaced by the template's policy\n"
    assert f"Taken over, as it is\n  = {key}  {policy}" in dry.stdout
    # Nobody loses anything but by the better policy; the statements of the old one go.
    assert "can no longer read" not in dry.stdout
    assert "  ~ The policy of the key: the statement Allow kms:Decrypt, kms:DescribeKey goes" in dry.stdout
    assert "--allow-removal" not in dry.stdout
    assert f"  = {SECRET}  with a value; {policy}" in dry.stdout
    assert "6 added, 2 changed, 0 replaced, 0 removed, 2 imported.\n" in dry.stdout
    assert deployer.stacks() == {}
    old = policies(deployer, key, secret)

    ended = deployer.deploy("--import", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert deployer.stacks() == {STACK: "UPDATE_COMPLETE"}
    assert outputs(deployer)["KeyArn"] == key
    assert outputs(deployer)["GitHubPackagesSecretArn"] == secret
    assert deployer.value() == TOKEN
    new = policies(deployer, key, secret)
    # The hole: ForAllValues is true where no stage is named, and where a version is named by its id.
    assert "ForAllValues:StringEquals" in old
    assert "ForAllValues:StringEquals" not in new
    assert "secretsmanager:VersionId" in new
    assert "kms:ViaService" in new
    assert deployer.deploy("--yes").stdout.startswith("No changes: ")


def test_it_asks_before_each_of_the_two_steps(deployer: Deployer) -> None:
    _, secret = by_hand(deployer)
    with deployer.in_terminal("--import") as screen:
        screen.wait_for("Take over what is there? What follows is shown and asked again. [y/N]: ")
        screen.type("y\n")
        screen.wait_for("Deploy this? [y/N]: ")
        screen.type("n\n")
        assert screen.end() == 1
    assert "has taken over what was there" in screen.text
    assert deployer.stacks() == {STACK: "IMPORT_COMPLETE"}
    # It goes on from there.
    ended = deployer.deploy("--yes")
    assert ended.returncode == 0, ended.stderr
    assert outputs(deployer)["GitHubPackagesSecretArn"] == secret
    assert deployer.value() == TOKEN


def test_what_others_were_let_in_for_goes_with_consent_alone(deployer: Deployer) -> None:
    logs = {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": "logs.amazonaws.com"},
        "Action": "kms:*",
    }
    key, _ = by_hand(deployer, SECRET, logs | {"Resource": "*"})
    said = refused_with_diff(deployer.deploy("--import", "--yes"))
    assert said.startswith(
        "Error: This needs --allow-removal: The policy of the key: the statement Logs goes"
    )
    assert deployer.stacks() == {}
    assert json.loads(deployer.deploy("--import", "--dry-run", "--output", "json").stdout)[
        "needs_consent"
    ] == ["--allow-removal"]
    ended = deployer.deploy("--import", "--yes", "--allow-removal")
    assert ended.returncode == 0, ended.stderr
    assert outputs(deployer)["KeyArn"] == key


def refused_with_diff(ended: Any) -> str:
    assert ended.returncode == 1
    return str(ended.stderr.splitlines()[-1])


def test_another_name_for_a_secret_that_the_stack_has_is_no_import(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    deployer.account.client("secretsmanager").create_secret(Name="/mine", SecretString="x")
    said = refused(deployer.deploy("--yes", "--parameter", "GitHubPackagesSecretName=/mine"))
    assert said.endswith("it holds a token: give another name (--parameter GitHubPackagesSecretName=NAME).")


def test_what_a_deleted_stack_kept_comes_back(deployer: Deployer) -> None:
    deployer.configure(NPM, PIP)
    assert deployer.deploy("--yes", "--token-stdin", stdin=f"AcmeNpm={TOKEN}\n").returncode == 0
    before = outputs(deployer)
    deployer.account.delete(STACK)
    ended = deployer.deploy("--import", "--yes", "--no-token")
    assert ended.returncode == 0, ended.stderr
    assert outputs(deployer) == before
    assert deployer.value("/acme/npm") == TOKEN


def test_what_a_removal_kept_comes_back(deployer: Deployer) -> None:
    deployer.configure(NPM, PIP)
    tokens = f"AcmeNpm={TOKEN}\nAcmePip={TOKEN}-2\n"
    assert deployer.deploy("--yes", "--token-stdin", stdin=tokens).returncode == 0
    before = outputs(deployer)
    deployer.configure(NPM)
    assert deployer.deploy("--yes", "--allow-removal").returncode == 0
    deployer.configure(NPM, PIP)
    assert "take it over" in refused(deployer.deploy("--yes"))
    dry = json.loads(deployer.deploy("--import", "--dry-run", "--output", "json").stdout)
    assert [(each["resource"], each["has_value"]) for each in dry["imports"]] == [("AcmePipSecret", True)]
    ended = deployer.deploy("--import", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert outputs(deployer) == before
    assert json.loads(deployer.value("/acme/pip")) == {"password": f"{TOKEN}-2"}


class TestWhatCannotBeTakenOver:
    def test_a_secret_under_the_key_of_aws(self, deployer: Deployer) -> None:
        deployer.account.client("secretsmanager").create_secret(Name=SECRET, SecretString=TOKEN)
        said = refused(deployer.deploy("--import", "--yes"))
        assert (
            f"The secret {SECRET} is encrypted with AWS's own key aws/secretsmanager, which no other" in said
        )
        assert (
            f"aws secretsmanager update-secret --secret-id {SECRET} --kms-key-id KEY --region us-east-1"
            in said
        )
        assert deployer.stacks() == {}

    def test_a_key_that_is_disabled(self, deployer: Deployer) -> None:
        key, _ = by_hand(deployer)
        deployer.account.client("kms").disable_key(KeyId=key)
        said = refused(deployer.deploy("--import", "--yes"))
        assert "is in state Disabled: enable it first (`aws kms enable-key --key-id " in said

    def test_what_another_stack_has(self, deployer: Deployer) -> None:
        deployer.set_up()
        said = refused(deployer.deploy("--import", "--yes", "--stack-name", "two"))
        assert f"belongs to the stack {STACK}, which is there" in said

    def test_nothing_is_there(self, deployer: Deployer) -> None:
        ended = deployer.deploy("--import", "--yes", "--no-token")
        assert ended.returncode == 0, ended.stderr
        assert f"Note: there is nothing to import in us-east-1, no secret {SECRET}.\n" in ended.stderr
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}
