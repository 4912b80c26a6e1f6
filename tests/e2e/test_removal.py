"""Leaving: the stack goes, and on request the key and the secrets, after some days."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests import ROOT
from tests.e2e.test_deploy import NPM, PIP, SECRET, STACK, TOKEN, Deployer, deployer
from tests.e2e.test_import import by_hand

__all__ = ["deployer"]

pytestmark = pytest.mark.server


def key_state(deployer: Deployer, arn: str) -> str:
    return str(deployer.account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])


def key_of(deployer: Deployer) -> str:
    secret = deployer.account.client("secretsmanager").describe_secret(SecretId=SECRET)
    return str(secret["KmsKeyId"])


def test_the_stack_goes_and_the_token_stays(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    with deployer.in_terminal("--remove") as screen:
        screen.wait_for("Remove this? [y/N]: ")
        assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}
        screen.type("y\n")
        assert screen.end() == 0
    assert f"  The secret {SECRET} (with a value) stays.\n" in screen.text
    assert "Not touched: in each source repository, the hook that was written for it.\n" in screen.text
    assert f"Removed: there is no stack {STACK} in us-east-1.\n" in screen.text
    assert "`private-packages deploy --import --stack-name private-packages`" in screen.text
    assert deployer.stacks() == {}
    assert deployer.value() == TOKEN
    assert key_state(deployer, key_of(deployer)) == "Enabled"
    # Nothing was lost.
    assert deployer.deploy("--import", "--yes").returncode == 0
    assert deployer.value() == TOKEN


def test_a_stack_is_protected_until_it_is_taken_away_on_purpose(deployer: Deployer) -> None:
    assert deployer.deploy("--yes", "--no-token").returncode == 0
    cloudformation = deployer.account.client("cloudformation")
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=STACK)
    with deployer.in_terminal("--remove") as screen:
        screen.wait_for("  Its termination protection is turned off for that.")
        screen.wait_for("Remove this? [y/N]: ")
        screen.type("n\n")
        assert screen.end() == 1
    assert deployer.account.stack(STACK)["EnableTerminationProtection"]
    assert deployer.deploy("--remove", "--yes").returncode == 0
    assert deployer.stacks() == {}
    # What has been taken over is protected, too, and that hinders no further import.
    ended = deployer.deploy("--import", "--yes", "--output", "json")
    assert json.loads(ended.stdout)["termination_protection"]
    assert deployer.account.stack(STACK)["EnableTerminationProtection"]
    deployer.configure(NPM)
    assert deployer.deploy("--import", "--yes", "--no-token", "--allow-removal").returncode == 0


def test_key_and_secrets_can_be_scheduled_for_deletion_later(deployer: Deployer) -> None:
    deployer.configure(NPM, PIP)
    deployer.set_up(TOKEN)
    key = str(deployer.account.client("secretsmanager").describe_secret(SecretId="/acme/npm")["KmsKeyId"])
    (deployer.folder / "repositories.yaml").unlink()
    assert deployer.deploy("--remove", "--yes").returncode == 0
    ended = deployer.deploy("--remove", "--schedule-deletion", "7", "--yes", "--output", "json")
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert [(each["name"], each["deleted"] is not None) for each in result["secrets"]] == [
        ("/acme/npm", True),
        ("/acme/pip", True),
    ]
    assert key_state(deployer, key) == "PendingDeletion"
    last = datetime.fromisoformat(result["key"]["deletion"])
    assert 6 <= (last - datetime.now(UTC)).days <= 7

    again = deployer.deploy("--remove", "--schedule-deletion", "30", "--yes")
    assert again.returncode == 0, again.stderr
    assert "is scheduled for deletion already." in again.stdout
    assert "aws kms cancel-key-deletion --key-id arn:aws:kms:us-east-1:" in again.stdout


def test_a_key_that_encrypts_another_secret_stays(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    key = key_of(deployer)
    deployer.account.client("secretsmanager").create_secret(Name="/mine", SecretString="x", KmsKeyId=key)
    ended = deployer.deploy("--remove", "--schedule-deletion", "7", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert f"  The key {key} stays, since it encrypts /mine, too.\n" in ended.stdout
    assert key_state(deployer, key) == "Enabled"


def test_what_another_stack_took_over_is_its_own(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    key = key_of(deployer)
    assert deployer.deploy("--remove", "--yes").returncode == 0
    assert deployer.deploy("--import", "--yes", "--stack-name", "two").returncode == 0
    ended = deployer.deploy("--remove", "--schedule-deletion", "7", "--yes")
    assert ended.stdout.startswith(
        f"There is no stack {STACK} in us-east-1, account {deployer.account.id},"
        f" at {deployer.account.url}, and"
    )
    assert key_state(deployer, key) == "Enabled"
    assert deployer.value() == TOKEN


def test_a_key_that_the_secret_was_moved_to_stays(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    assert deployer.deploy("--remove", "--yes").returncode == 0
    other = deployer.account.client("kms").create_key()["KeyMetadata"]["Arn"]
    deployer.account.client("secretsmanager").update_secret(SecretId=SECRET, KmsKeyId=other)
    ended = deployer.deploy("--remove", "--schedule-deletion", "7", "--yes")
    assert f"  The key {other} stays, since nothing says that this stack made it.\n" in ended.stdout
    assert key_state(deployer, other) == "Enabled"


def test_a_stack_that_has_only_taken_over_is_removed_as_such(deployer: Deployer) -> None:
    key, _ = by_hand(deployer)
    with deployer.in_terminal("--import") as screen:
        screen.wait_for("asked again. [y/N]: ")
        screen.type("y\n")
        screen.wait_for("Deploy this? [y/N]: ")
        screen.type("n\n")
        assert screen.end() == 1
    ended = deployer.deploy("--remove", "--yes")
    assert "is removed; what it has taken over keeps the policies that it had before." in ended.stdout
    assert f"  The secret {SECRET} (with a value) stays.\n  The key {key} stays.\n" in ended.stdout
    assert deployer.stacks() == {}
    assert deployer.value() == TOKEN


def test_a_dry_run_and_a_no_change_nothing(deployer: Deployer) -> None:
    deployer.set_up(TOKEN)
    ended = deployer.deploy("--remove", "--schedule-deletion", "7", "--dry-run")
    assert f"  The secret {SECRET} (with a value) is deleted in 7 days.\n" in ended.stdout
    with deployer.in_terminal("--remove") as screen:
        screen.wait_for("Remove this? [y/N]: ")
        screen.type("\n")
        assert screen.end() == 1
    assert deployer.stacks() == {STACK: "CREATE_COMPLETE"}


def test_what_is_left_of_a_failed_deployment_goes(deployer: Deployer) -> None:
    deployer.account.client("secretsmanager").create_secret(Name=SECRET, SecretString="x")
    deployer.account.deploy(STACK, (ROOT / "templates" / "private-packages.yaml").read_text())
    ended = deployer.deploy("--remove", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert deployer.stacks() == {}
    assert deployer.deploy("--remove", "--yes").returncode == 0  # again, with nothing left
