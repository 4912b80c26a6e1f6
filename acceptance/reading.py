"""The steps about reading: who can, what AWS says to who cannot, and what this project makes of that."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acceptance.scene import ROLES, STACK, TOKEN, Account, Scene
from acceptance.steps import POLICIES, Seen, step
from acceptance.stub import BUILD_ROLES, PREFIX

READER, EMPTY, SUFFIX = BUILD_ROLES[0], "no value", "another suffix"
Change = Callable[[], Any]


def _policies(scene: Scene) -> tuple[str, str]:
    """Return the policies of the secret and of the key."""
    outputs = scene.outputs()
    secret = scene.secret.client("secretsmanager").get_resource_policy(SecretId=outputs["NpmSecretArn"])
    key = scene.secret.client("kms").get_key_policy(KeyId=outputs["KeyArn"], PolicyName="default")
    return secret["ResourcePolicy"], key["Policy"]


def _put_policies(scene: Scene, of_secret: str, of_key: str) -> None:
    outputs, secrets = scene.outputs(), scene.secret.client("secretsmanager")
    secrets.put_resource_policy(SecretId=outputs["NpmSecretArn"], ResourcePolicy=of_secret)
    scene.secret.client("kms").put_key_policy(KeyId=outputs["KeyArn"], PolicyName="default", Policy=of_key)


def _reads(scene: Scene, account: Account, role: str, how: str, **options: str) -> str:
    """Return what AWS says to a role that reads the token; empty where it may."""
    client = account.aws.assume(account.role(role)).client("secretsmanager")
    title = f"{role}, {'same' if account is scene.secret else 'other'} account, {how}"
    arn = scene.outputs()["NpmSecretArn"]
    return scene.said(title, lambda: client.get_secret_value(SecretId=arn, **options))


def _accounts(scene: Scene) -> list[Account]:
    """Return the accounts that read, each with its roles."""
    if scene.build and not scene.build.stack(f"{PREFIX}-stackery"):
        scene.build.install_stub(reads_elsewhere=True)
        scene.pause(15)
    return [each for each in (scene.secret, scene.build) if each]


@step(
    "F",
    "Who reads which version",
    expected="the build roles the current version, by its stage or by none; nothing else, and nobody else",
    settles="docs/security.md; tests/policies/",
    only_on_aws=POLICIES,
)
def matrix(scene: Scene) -> Seen:
    """Read as each role, in each account, each version; and let CodeBuild read."""
    scene.command("token", "set", "Npm", "--stack-name", STACK, stdin=f"{TOKEN}-F")
    [current] = [each for each, stages in scene.versions().items() if "AWSCURRENT" in stages]
    asked = {"plain": {}, "by id": {"VersionId": current}}
    asked |= {stage: {"VersionStage": stage} for stage in ("AWSCURRENT", "AWSPREVIOUS")}
    wrong = []
    for account in _accounts(scene):
        for role in ROLES:
            for how, options in asked.items():
                denied = _reads(scene, account, role, how, **options)
                may = role in BUILD_ROLES and how in ("plain", "AWSCURRENT")
                wrong += [] if bool(denied) != may else [scene.raw[-1]]
    if scene.build and not scene.build.is_imitation:
        built = _built(scene, scene.build)
        wrong += [] if built == "SUCCEEDED" else [f"CodeBuild: {built}"]
    return not wrong, "; ".join(wrong) or "as the policies say"


def _built(scene: Scene, account: Account) -> str:
    """Let CodeBuild read the token as it does for a build, and return how that ended."""
    client, arn = account.client("codebuild"), scene.outputs()["NpmSecretArn"]
    variable = {"name": "TOKEN", "type": "SECRETS_MANAGER", "value": arn}
    build = client.start_build(projectName=PREFIX, environmentVariablesOverride=[variable])["build"]
    while build["buildStatus"] == "IN_PROGRESS":
        scene.pause(5)
        [build] = client.batch_get_builds(ids=[build["id"]])["builds"]
    scene.raw += [f"CodeBuild {each['phaseType']}: {each.get('contexts')}" for each in build["phases"]]
    return str(build["buildStatus"])


def _faults(scene: Scene) -> dict[str, tuple[set[str], Change, Change]]:
    """Return what is broken, the links that `verify` may name for it, and how to break and mend it."""
    secrets, kms = scene.secret.client("secretsmanager"), scene.secret.client("kms")
    secret, key = {"SecretId": scene.outputs()["NpmSecretArn"]}, {"KeyId": scene.outputs()["KeyArn"]}
    of_secret, of_key = _policies(scene)
    closed = json.loads(of_key)
    closed["Statement"] = [each for each in closed["Statement"] if not each["Sid"].startswith("BuildRoles")]
    # In the account of the secret, a role's own policy would do as well.
    policies = {"a policy"} if scene.build else {"a policy", "identity policy"}

    def put_back() -> None:
        _put_policies(scene, of_secret, of_key)

    def enable_again() -> None:
        kms.cancel_key_deletion(**key)
        kms.enable_key(**key)

    return {
        EMPTY: ({"no value"}, list, list),
        SUFFIX: ({"no such secret", "resource policy"} | policies, list, list),
        "key disabled": ({"key"}, lambda: kms.disable_key(**key), lambda: kms.enable_key(**key)),
        "key pending deletion": (
            {"key"},
            lambda: kms.schedule_key_deletion(**key, PendingWindowInDays=7),
            enable_again,
        ),
        "no policy of the secret": (
            {"resource policy"} | policies,
            lambda: secrets.delete_resource_policy(**secret),
            put_back,
        ),
        "no builds in the key's policy": (
            {"key policy", "key"} | policies,
            lambda: _put_policies(scene, of_secret, json.dumps(closed)),
            put_back,
        ),
        "marked for deletion": (
            {"marked for deletion"},
            lambda: secrets.delete_secret(**secret, RecoveryWindowInDays=7),
            lambda: secrets.restore_secret(**secret),
        ),
    }


@step(
    "G",
    "What stands in the way, and what is said of it",
    expected="`verify` names the link that was broken",
    settles="private_packages/aws/tokens/diagnosis.py; generator/hooks/hook.bash",
    only_on_aws=POLICIES,
)
def diagnoses(scene: Scene) -> Seen:
    """Break one thing after the other, and read as a build role: in another account, if there is one."""
    account, wrong = _accounts(scene)[-1], []
    if account.is_imitation:
        account = scene.secret  # an imitation reads no secret of another account
    for name, (links, break_it, mend) in _faults(scene).items():
        arns = {each: scene.outputs()[f"{each}SecretArn"] for each in ("Npm", "Empty")}
        if name == SUFFIX:
            arns["Npm"] = f"{arns['Npm'][:-6]}AAAAAA"
        words = [word for each, arn in arns.items() for word in ("--secret-arn", f"{each}={arn}")]
        break_it()
        try:
            scene.pause(20)
            asked = ("verify", *words, "--role-arn", account.role(READER), "--output", "json")
            tokens = scene.command(*asked, account=account).document["tokens"]
            found = tokens[name == EMPTY]  # in the order of the configuration: Npm, Empty
            said = _hook(scene, account, words)
        finally:
            mend()
        scene.raw.append(f"{name}: {found['link']}; AWS: {found['aws']}; hook: {said}")
        wrong += [] if found["link"] in links else [f"{name}: {found['link']}"]
    return not wrong, "; ".join(wrong) or "each was named"


def _hook(scene: Scene, account: Account, words: list[str]) -> str:
    """Run the hook as a build would, and return what it says."""
    path = scene.folder / f"hook{abs(hash(tuple(words)))}"
    if not path.exists():
        scene.command("hook", *words, "--output", str(path), account=account)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": programs, "HOME": home, **account.as_role(READER)}
        ended = subprocess.run([path], env=environment, cwd=home, capture_output=True, text=True, check=False)
    return " ".join(ended.stderr.split())


@step(
    "O",
    "The organization's id from AWS itself",
    expected="both policies with ${aws:ResourceOrgID} still let the build roles read",
    settles="docs/decisions/013-the-form-names-the-organization.md",
    only_on_aws=POLICIES,
)
def resource_organization(scene: Scene) -> Seen:
    """Write into both policies that the reader's organization is that of the secret."""
    organization, before = scene.outputs()["OrganizationId"], _policies(scene)
    of_secret, of_key = (policy.replace(organization, "${aws:ResourceOrgID}") for policy in before)
    try:
        _put_policies(scene, of_secret, of_key)
        scene.pause(20)
        denied = [said for account in _accounts(scene) if (said := _reads(scene, account, READER, "plain"))]
    finally:
        _put_policies(scene, *before)
    return not denied, "; ".join(denied) or "still read"
