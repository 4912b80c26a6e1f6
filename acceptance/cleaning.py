"""Takes away what a run has made; finds it by name, so that a run that was killed can be cleaned up, too."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from acceptance.organization import NAME
from acceptance.scene import STUB, Account, Scene
from acceptance.stub import PREFIX
from generator.names import TAG
from private_packages.aws.errors import StackError, UserError

DAYS = 7
"""The shortest time after which KMS deletes a key; one that waits costs nothing."""
FAILED = "FAILED"


def clean(scene: Scene) -> list[str]:
    """Take everything away and return what was done; what could not be begins with FAILED.

    One thing that fails stops no other.
    """
    done: list[str] = []
    tasks: list[tuple[str, Account, Callable[[Account], Iterator[str]]]] = [
        ("key", scene.secret, _keys),
        ("stack", scene.secret, _stacks),
        ("secret", scene.secret, _secrets),
        ("alias", scene.secret, _aliases),
        ("role", scene.secret, _roles),
    ]
    if scene.build:
        tasks.append(("stack", scene.build, _stacks))
    if scene.organization:
        ended = scene.command("rollout", "remove", "--name", NAME, "--yes", account=scene.organization)
        done.append(f"stack set: {NAME}" if ended.code == 0 else f"{FAILED} stack set: {ended.last_line}")
    for kind, account, act in tasks:
        try:
            done += [f"{kind}: {each}" for each in act(account)]
        except (ClientError, BotoCoreError, UserError) as error:
            done.append(f"{FAILED} {kind}: {error}")
    return done


def _ours(client: Any, operation: str, entries: str, name: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Yield what an operation lists whose name begins as all of a run's do."""
    for page in client.get_paginator(operation).paginate(**asked):
        for each in page[entries]:
            if each[name].removeprefix("alias/").startswith(PREFIX):
                yield each


def _keys(account: Account) -> Iterator[str]:
    """Schedule the keys of this run's secrets and aliases for deletion: those that its stacks have tagged."""
    kms, secrets = account.client("kms"), account.client("secretsmanager")
    of_secrets = _ours(secrets, "list_secrets", "SecretList", "Name", IncludePlannedDeletion=True)
    found = {each.get("KmsKeyId") for each in of_secrets}
    found |= {each.get("TargetKeyId") for each in _ours(kms, "list_aliases", "Aliases", "AliasName")}
    for arn in sorted({kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"] for key in found if key}):
        tags = {each["TagKey"]: each["TagValue"] for each in kms.list_resource_tags(KeyId=arn)["Tags"]}
        state = kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
        if tags.get(TAG, "").startswith(PREFIX) and state != "PendingDeletion":
            kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=DAYS)
            yield f"{arn}, in {DAYS} days"


def _stacks(account: Account) -> Iterator[str]:
    listed = _ours(account.client("cloudformation"), "describe_stacks", "Stacks", "StackName")
    stuck = []
    # The stub goes last: what is deployed beside it may look for it until it is gone itself.
    for name in sorted((each["StackName"] for each in listed), key=lambda name: (name == STUB, name)):
        account.delete(name)
        if status := account.stack(name).get("StackStatus"):
            stuck.append(f"{name} is {status}")
        else:
            yield name
    if stuck:
        raise StackError(f"{', '.join(stuck)}: see why in its events.")


def _secrets(account: Account) -> Iterator[str]:
    client = account.client("secretsmanager")
    for each in [*_ours(client, "list_secrets", "SecretList", "Name", IncludePlannedDeletion=True)]:
        client.delete_secret(SecretId=each["ARN"], ForceDeleteWithoutRecovery=True)
        yield each["Name"]


def _aliases(account: Account) -> Iterator[str]:
    client = account.client("kms")
    for each in [*_ours(client, "list_aliases", "Aliases", "AliasName")]:
        client.delete_alias(AliasName=each["AliasName"])
        yield each["AliasName"]


def _roles(account: Account) -> Iterator[str]:
    client = account.client("iam")
    for each in [*_ours(client, "list_roles", "Roles", "RoleName", PathPrefix=f"/{PREFIX}/")]:
        name = each["RoleName"]
        for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
            client.delete_role_policy(RoleName=name, PolicyName=policy)
        client.delete_role(RoleName=name)
        yield name
