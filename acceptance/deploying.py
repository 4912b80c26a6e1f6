"""The steps about the stack: refused, created, updated, drifted, removed and taken over."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import botocore

from acceptance import stub
from acceptance.scene import STACK, STUB, TOKEN, Scene
from acceptance.steps import POLICIES, VALIDATION, NotRunError, Seen, step
from acceptance.stub import PREFIX
from generator import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND, TAKEN = f"{PREFIX}-agent", f"{PREFIX}-taken"
_BESIDE = ("--parameter", f"StackeryStackName={STUB}")
_DEPLOY = ("deploy", "--yes", "--stack-name", STACK, "--output", "json", *_BESIDE)


@step("A", "Who and where", expected="an account of an organization", settles="the report's head")
def who(scene: Scene) -> Seen:
    """Look at what the rest depends on."""
    aws, asked = scene.secret.aws, [sys.executable, "-m", "awscli", "--version"]
    cli = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split(" ")[0]
    scene.memory |= {
        "release": __version__,
        "account": f"{aws.identity.account}, {aws.region}, {aws.identity.partition}",
        "versions": f"botocore {botocore.__version__}, {cli}, Python {platform.python_version()}",
        "asked": "an imitation" if scene.secret.is_imitation else "AWS",
    }
    client = scene.secret.client("organizations")
    denied = scene.said("DescribeOrganization", client.describe_organization)
    return not denied, denied or "an account of an organization"


@step(
    "B",
    "An old Stackery Role",
    expected="deploy refuses; the form's stack rolls back, its first failure says what to do, nothing stays",
    settles="README.md, From here to a deployed template",
)
def refusal(scene: Scene) -> Seen:
    """Deploy beside a stub that is too old, by the command and as the form does."""
    scene.secret.install_stub(stub.OLD)
    refused = scene.command(*_DEPLOY, "--no-token")
    ended = scene.secret.put(STACK, scene.template, StackeryStackName=STUB)
    first = scene.failures(ended["StackId"])[0]
    resources = scene.secret.client("cloudformation").describe_stack_resources(StackName=STACK)
    left = [
        f"{each['LogicalResourceId']} {each['ResourceStatus']}"
        for each in resources["StackResources"]
        if each["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    scene.secret.delete(STACK)
    told = refused.code == 1 and "Upgrade the Stackery Role" in refused.last_line
    told = told and first.startswith("StackeryRole: ") and "Upgrade the Stackery Role" in first
    as_expected = told and ended["StackStatus"] == "ROLLBACK_COMPLETE" and not left
    return as_expected, f"{ended['StackStatus']}; {first}; left: {', '.join(left) or 'nothing'}"


@step(
    "C",
    "A first deployment with a token",
    expected="deployed; the check takes a few seconds, 2 more for each denial of the function's new role",
    settles="docs/operation.md, how long the check waits; docs/decisions/003 and 005",
)
def deployment(scene: Scene) -> Seen:
    """Deploy, and look how long what takes; then ask for what BlockPublicPolicy would say."""
    scene.secret.install_stub()
    ended = scene.command(*_DEPLOY, "--token-stdin", stdin=f"Npm={TOKEN}\n").document
    took = [f"{each} {scene.took(STACK, each)}" for each in ("RoleCheckFunctionRole", "StackeryRole")]
    scene.memory["drift"] = _drift(scene)
    secrets, arn = scene.secret.client("secretsmanager"), scene.outputs()["NpmSecretArn"]
    policy = {"SecretId": arn, "ResourcePolicy": secrets.get_resource_policy(SecretId=arn)["ResourcePolicy"]}
    blocked = scene.said(
        "PutResourcePolicy", lambda: secrets.put_resource_policy(**policy, BlockPublicPolicy=True)
    )
    as_expected = ended.get("result") == "deployed" and ended["tokens_stored"] == ["Npm"]
    return as_expected, f"{ended.get('result')}; {', '.join(took)}; blocks public policies: {blocked or 'no'}"


@step(
    "D",
    "A build role is missing",
    expected="the update is refused since there is no such role, and rolled back",
    settles="generator/policies.py, role_check_policy: the roles' bare names",
)
def missing_role(scene: Scene) -> Seen:
    """Take a role from the stub, check again, and give it back."""
    scene.secret.install_stub(roles=("factory", "other"))
    scene.pause(15)
    status = scene.secret.put(STACK, Recheck="D")["StackStatus"]
    first = scene.failures(STACK)[0]
    scene.secret.install_stub()
    told = f"has no IAM role {PREFIX}/deployer" in first
    return told and status == "UPDATE_ROLLBACK_COMPLETE", f"{status}; {first}"


@step(
    "E",
    "The function's role changes, and the check runs at once",
    expected="each update passes",
    settles="custom_resource/role_check.py, DENIAL_TIME",
)
def spreading(scene: Scene) -> Seen:
    """Change which stack the function may read, to and fro."""
    scene.secret.put(SECOND, stub.template(stub.NEW, (), reads_elsewhere=False))
    seen = []
    for name in (SECOND, STUB) * (1 if scene.secret.is_imitation else 5):
        status = scene.secret.put(STACK, StackeryStackName=name)["StackStatus"]
        seen.append(f"{status} {scene.took(STACK, 'StackeryRole')}")
    return all(each.startswith("UPDATE_COMPLETE") for each in seen), ", ".join(seen)


@step(
    "H",
    "A stored token and updates of its stack",
    expected=(
        "a version's id can say when its token ends; nothing touches the versions but a token in the form,"
        " and emptying that changes nothing"
    ),
    settles="docs/decisions/028-the-end-is-in-the-versions-id.md; docs/operation.md",
)
def updates(scene: Scene) -> Seen:
    """Store a token and update in every way."""
    ends = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    scene.command("token", "set", "Npm", "--stack-name", STACK, "--expires", ends, stdin=f"{TOKEN}-2")
    described = scene.template.replace("Token of a private package repository", "Token of a repository")
    ways: dict[str, Callable[[], object]] = {
        "Recheck": lambda: scene.secret.put(STACK, Recheck="H"),
        "tag": lambda: scene.command(*_DEPLOY, "--no-token", "--tag", "acceptance=H"),
        "description": lambda: scene.secret.put(STACK, described),
        "refused": lambda: scene.secret.put(STACK, StackeryStackName=f"{PREFIX}-none"),
        "a token in the form": lambda: scene.secret.put(STACK, NpmToken=f"{TOKEN}-3"),
        "emptied": lambda: scene.secret.put(STACK, NpmToken=""),
    }
    if scene.secret.is_imitation:
        del ways["emptied"]
        scene.raw.append("emptied: not run here, an imitation takes the value away")
    before, touched = scene.versions(), []
    says_when = any(version.endswith(ends) for version in before)
    for name, change in ways.items():
        change()
        now = scene.versions()
        touched += [name] if now != before else []
        before = now
    said = f"end in the id: {says_when}; touched by: {', '.join(touched)}; of: {', '.join(ways)}"
    return says_when and touched == ["a token in the form"], said


@step(
    "I",
    "What CloudFormation refuses before it creates, and an alias that is taken",
    expected="validation names the property, also of a deleted change set; the alias fails at creation",
    settles="docs/operation.md, why CloudFormation refused",
    only_on_aws=VALIDATION,
)
def validation(scene: Scene) -> Seen:
    """Ask for a property that cannot be, and for an alias that is there."""
    cloudformation, kms = scene.secret.client("cloudformation"), scene.secret.client("kms")
    faulty = scene.template.replace("EnableKeyRotation: true", "EnableKeyRotation: true\n      KeySpec: NONE")
    made = cloudformation.create_change_set(
        StackName=STACK, TemplateBody=faulty, Capabilities=["CAPABILITY_IAM"], ChangeSetName="Refused"
    )["Id"]
    scene.pause(30)
    found = cloudformation.describe_change_set(ChangeSetName=made)
    hooks = {"TargetType": "CHANGE_SET", "TargetId": made}
    scene.said("Hooks", lambda: scene.raw.append(str(cloudformation.list_hook_results(**hooks))))
    events = [_events(scene, made)]
    cloudformation.delete_change_set(ChangeSetName=made)
    events.append(_events(scene, made))
    alias = f"alias/{TAKEN}"
    kms.create_alias(AliasName=alias, TargetKeyId=scene.outputs()["KeyArn"])
    names = {f"{each}SecretName": f"{TAKEN}/{each}" for each in ("Npm", "Empty")}
    ended = scene.secret.put(TAKEN, scene.template, StackeryStackName=STUB, **names)
    first = scene.failures(ended["StackId"])[0]
    scene.secret.delete(TAKEN)
    scene.said("DeleteAlias", lambda: kms.delete_alias(AliasName=alias))
    seen = (
        f"{found['Status']} {found.get('StatusReason')}; named before and after deletion: {events}; {first}"
    )
    return events == [True, True] and first.startswith("KeyAlias: "), seen


def _events(scene: Scene, change_set: str) -> bool:
    """Return whether the events of a change set name the property."""
    client, told = scene.secret.client("cloudformation"), [""]
    scene.said("DescribeEvents", lambda: told.append(str(client.describe_events(ChangeSetName=change_set))))
    scene.raw.append(told[-1])
    return "KeySpec" in told[-1]


def _drift(scene: Scene) -> str:
    ended = scene.command("status", "--drift", "--stack-name", STACK, "--output", "json")
    found = ended.document.get("drift") or {}
    resources = [f"{each['logical_id']} {each['status']}" for each in found.get("resources", [])]
    return f"{found.get('status')} {', '.join(resources)}".strip()


@step(
    "J",
    "Drift of a fresh stack, and of one with a stored token",
    expected="IN_SYNC both times",
    settles="docs/commands/status.md, Not tried on AWS",
)
def drift(scene: Scene) -> Seen:
    """Let CloudFormation compare, after the updates; step C did so after the creation."""
    seen = scene.memory.pop("drift", "not looked for"), _drift(scene)
    return all(each.startswith("IN_SYNC") for each in seen), f"{seen[0]}; later {seen[1]}"


@step(
    "K",
    "Removed, created anew, taken over",
    expected="deploy stops at what is left; --import takes over ARN and value; a deleted name is free soon",
    settles="docs/leaving.md; docs/commands/deploy.md, Taking over what is there",
)
def taking_over(scene: Scene) -> Seen:
    """Remove the stack, and have it again with what it left; then see how long a deleted name is taken."""
    before, versions = scene.outputs()["NpmSecretArn"], scene.versions()
    scene.command("deploy", "--remove", "--yes", "--stack-name", STACK)
    stops = "--import" in scene.command(*_DEPLOY, "--no-token").stderr
    again = scene.command(*_DEPLOY, "--no-token", "--import", "--allow-removal")
    same = scene.outputs()["NpmSecretArn"] == before and scene.versions() == versions
    secrets, waited = scene.secret.client("secretsmanager"), 0
    name = {"Name": f"{PREFIX}/again", "SecretString": TOKEN}
    secrets.create_secret(**name)
    secrets.delete_secret(SecretId=name["Name"], ForceDeleteWithoutRecovery=True)
    while scene.said("CreateSecret", lambda: secrets.create_secret(**name)) and waited < 300:
        scene.pause(5)
        waited += 5
    seen = f"stops: {stops}; the same ARN and versions: {same}; a deleted name was taken for {waited} s"
    return again.code == 0 and stops and same and waited < 300, seen


@step(
    "M",
    "With the printed permissions and nothing else",
    expected="deployed and removed without a denial",
    settles="docs/permissions.md",
    only_on_aws=POLICIES,
)
def permissions(scene: Scene) -> Seen:
    """Deploy and remove as a role that has what `permissions deploy` prints."""
    name, iam = f"{PREFIX}-limited", scene.secret.client("iam")
    options = ["--stack-name", name, *_BESIDE]
    for each in ("Npm", "Empty"):
        options += ["--parameter", f"{each}SecretName={name}/{each}"]
    account = {"AWS": scene.secret.aws.identity.account}
    trust = json.dumps(stub.policy(Principal=account, Action="sts:AssumeRole"))
    iam.create_role(RoleName=name, Path=f"/{PREFIX}/", AssumeRolePolicyDocument=trust)
    printed = scene.command("permissions", "deploy", *options).stdout
    iam.put_role_policy(RoleName=name, PolicyName="Printed", PolicyDocument=printed)
    scene.pause(20)
    limited = scene.secret.as_role(name)
    given = ("deploy", "--yes", "--token-stdin", *options)
    deployed = scene.command(*given, stdin=f"Npm={TOKEN}", environment=limited)
    failed = scene.failures(name) if scene.secret.stack(name) else []
    gone = ("deploy", "--remove", "--yes", "--schedule-deletion", "7", "--stack-name", name)
    removed = scene.command(*gone, environment=limited)
    said = [*deployed.stderr.splitlines(), *removed.stderr.splitlines(), *failed]
    denials = [line for line in said if "not authorized" in line or "AccessDenied" in line]
    return deployed.code == removed.code == 0 and not denials, "; ".join(denials) or "no denial"


@step("N", "In the console", expected="ticked by hand", settles="README.md; docs/commands/deploy.md")
def console(_scene: Scene) -> Seen:
    """Leave to a person what no call can tell."""
    raise NotRunError(
        "by hand: [ ] in an update, an empty token offers to use the existing value;"
        " [ ] the link of `deploy --quick-create-link` opens, also in GovCloud and China;"
        " [ ] the first failed event is shown as the cause of a rollback"
    )
