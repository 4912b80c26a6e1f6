"""How the deployed stack is, with its key and its secrets, as far as the caller may know."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from generator import names
from private_packages import invocation
from private_packages.aws.aws import Aws, asking, if_allowed
from private_packages.aws.errors import AwsError, OrganizationError
from private_packages.aws.organization import members
from private_packages.aws.organization.account_check import is_older
from private_packages.aws.stack import leftovers, stack
from private_packages.aws.stack.leftovers import Leftover
from private_packages.aws.stack.state import SETTLED
from private_packages.aws.tokens import expiry, secret
from private_packages.aws.tokens.secret import Description

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True)
class StackHealth:
    """The stack."""

    id: str
    status: str
    since: datetime
    """When its last operation began."""
    reason: str
    """Why it is so, where CloudFormation says; empty elsewhere."""
    outputs: Mapping[str, str]
    parameters: Collection[str] = ()
    """The names of its template's parameters."""
    is_taken_over: bool = False
    """Whether it was made by the first step of an import, and the second is still to come."""
    own_organization: str | None = None
    """The organization of its account; None where the caller may not know."""

    def is_older_than(self, version: str) -> bool:
        """Return whether the stack was made from an older template than that of this version."""
        return is_older(self.version or "", version)

    @property
    def has_role_check(self) -> bool:
        """Whether it was deployed with the role check, or was to be."""
        return "StackeryRoleVersion" in self.outputs or "StackeryStackName" in self.parameters

    @property
    def version(self) -> str | None:
        """The release that deployed it; None where it does not say."""
        return self.outputs.get("TemplateVersion")

    @property
    def problems(self) -> list[str]:
        """What needs attention."""
        if self.status in SETTLED:
            admitted = self.outputs.get("OrganizationId")
            if self.is_taken_over:
                deploy = invocation.command("deploy")
                return [f"only key and secrets were taken over, whose old policies still hold: {deploy}"]
            if "KeyArn" not in self.outputs:
                return [
                    "the stack was not deployed from private-packages.yaml: name another with --stack-name"
                ]
            if not admitted or self.own_organization in (None, admitted):
                return []
            ours = f"OrganizationId={self.own_organization}"
            deploy = invocation.command("deploy", "--parameter", ours)
            whose = f"{self.own_organization}, to which this account belongs"
            return [
                f"builds in the organization {admitted} can read the tokens, not those in {whose}: {deploy}"
            ]
        if self.status.endswith("_IN_PROGRESS"):
            return [f"the stack is in {self.status}: wait for its end"]
        return [f"the stack is in {self.status}: see its events, fix the cause and deploy again"]


@dataclass(frozen=True)
class KeyUse:
    """When the key last encrypted or decrypted something."""

    at: datetime | None
    """None where it did not since that is recorded."""
    operation: str
    """What it did, in KMS's words; empty where it did nothing."""
    recorded_since: datetime
    """From when on KMS knows."""


@dataclass(frozen=True)
class KeyHealth:
    """The key that encrypts the secrets."""

    arn: str
    state: str | None = None
    """Enabled, Disabled, PendingDeletion, …; None where the caller may not know, here and below."""
    deletion: datetime | None = None
    """When it is going to be deleted; None where it is not, too."""
    rotates: bool | None = None
    aliases: Sequence[str] | None = None
    use: KeyUse | None = None
    """None where AWS does not tell."""

    @property
    def problems(self) -> list[str]:
        """What needs attention."""
        if self.state in ("Enabled", None):
            return []
        if self.state == "PendingDeletion":
            return [
                f"the key is pending deletion, and with it every token: {self._mend('cancel-key-deletion')}"
            ]
        return [f"the key is in state {self.state}, and no token can be read: {self._mend('enable-key')}"]

    def _mend(self, operation: str) -> str:
        # The key is named by an alias where the stack may not be read; then its Region is not known here.
        region = self.arn.split(":")[3] if self.arn.startswith("arn:") else None
        return invocation.aws_command(f"kms {operation}", region=region, key_id=self.arn)


@dataclass(frozen=True)
class SecretHealth:
    """The secret of one repository."""

    repository_id: str
    arn: str
    description: Description | None
    """None where the caller may not describe it, or it is gone."""
    is_gone: bool = False

    @property
    def problems(self) -> list[str]:
        """What needs attention."""
        problem = ""
        if self.is_gone:
            problem = "is gone: deploy it under another name"
        elif self.description and self.description.deleted:
            problem = f"is marked for deletion: {secret.restore_command(self.arn)}"
        elif self.description and not self.description.current:
            problem = f"has no value: {invocation.command('token set', self.repository_id)}"
        elif self.description and self.description.copies:
            remove = invocation.aws_command(
                "secretsmanager remove-regions-from-replication",
                region=secret.region_of(self.arn),
                secret_id=self.arn,
                remove_replica_regions=json.dumps(self.description.copies),
            )
            where = ", ".join(self.description.copies)
            problem = f"has copies in {where}, which the template neither makes nor guards: {remove}"
        problems = [f"the secret of {self.repository_id} {problem}"] if problem else []
        current = self.description.current if self.description else None
        if current and current.expires and expiry.is_near(current.expires):
            again = invocation.command("token set", self.repository_id)
            problems.append(f"the token of {self.repository_id} {expiry.told(current.expires)}: {again}")
        return problems


@dataclass(frozen=True)
class Health:
    """All of it."""

    stack_name: str
    stack: StackHealth | None
    """None where the caller may not read it."""
    key: KeyHealth | None
    """None where the stack names none."""
    secrets: Sequence[SecretHealth]
    """Those that the stack names."""
    leftovers: Sequence[Leftover] | None = None
    """The secrets that it has left behind; None where that cannot be found out."""

    @property
    def problems(self) -> list[str]:
        """What needs attention, the stack first."""
        unread = [] if self.stack else [f"the stack {self.stack_name} may not be read"]
        parts = [part for part in (self.stack, self.key, *self.secrets) if part]
        return unread + [problem for part in parts for problem in part.problems]


def read(aws: Aws, stack_name: str) -> Health:
    """Look at the stack, and at the key and the secrets that its outputs name.

    Raises:
        StackError: there is no such stack.
        AwsError: AWS cannot be asked; what it does not let the caller know is left out.
    """
    found = if_allowed(stack.get, aws, stack_name)
    if found is None:
        # The template gives the key this alias.
        return Health(stack_name, None, _key(aws, f"alias/{stack_name}"), [])
    outputs = stack.outputs(found)
    arns = names.secret_arns(outputs)
    own = _found_out(members.own_organization, aws)
    return Health(
        stack_name,
        StackHealth(
            id=found["StackId"],
            status=found["StackStatus"],
            since=found.get("LastUpdatedTime", found["CreationTime"]),
            reason=found.get("StackStatusReason", ""),
            outputs=outputs,
            parameters=[each["ParameterKey"] for each in found.get("Parameters", [])],
            is_taken_over=stack.is_taken_over(found),
            own_organization=own.id if own else None,
        ),
        _key(aws, outputs["KeyArn"]) if "KeyArn" in outputs else None,
        [_secret(aws, name, arn) for name, arn in arns.items()],
        _found_out(leftovers.of_stack, aws, stack_name),
    )


def _found_out(
    call: Callable[Arguments, Answer], *arguments: Arguments.args, **options: Arguments.kwargs
) -> Answer | None:
    """Return what only tells more; None where that cannot be found out, for whatever reason."""
    try:
        return call(*arguments, **options)
    except (AwsError, OrganizationError):
        return None


def _key(aws: Aws, key_id: str) -> KeyHealth:
    kms = aws.client("kms")
    described = if_allowed(_ask, kms.describe_key, key_id)
    if described is None:
        return KeyHealth(key_id)
    metadata = described["KeyMetadata"]
    # Where an alias was asked for: only DescribeKey takes it.
    rotation = if_allowed(_ask, kms.get_key_rotation_status, metadata["Arn"])
    aliases = if_allowed(_ask, kms.list_aliases, metadata["Arn"])
    return KeyHealth(
        arn=metadata["Arn"],
        state=metadata["KeyState"],
        deletion=metadata.get("DeletionDate"),
        rotates=rotation["KeyRotationEnabled"] if rotation else None,
        aliases=[alias["AliasName"] for alias in aliases["Aliases"]] if aliases else None,
        use=_use(aws, metadata["Arn"]),
    )


def _use(aws: Aws, arn: str) -> KeyUse | None:
    # AWS has it since 2026: not everywhere, perhaps.
    found = _found_out(_ask, aws.client("kms").get_key_last_usage, arn)
    if found is None:
        return None
    last = found["KeyLastUsage"]
    since = max(found["TrackingStartDate"], found["KeyCreationDate"])
    return KeyUse(last.get("Timestamp"), last.get("Operation", ""), since)


def _ask(call: Callable[..., Answer], key_id: str) -> Answer:
    with asking(f"call kms:{call.__name__} for the key {key_id}"):
        return call(KeyId=key_id)


def _secret(aws: Aws, repository_id: str, arn: str) -> SecretHealth:
    try:
        return SecretHealth(repository_id, arn, if_allowed(secret.describe, aws, arn))
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return SecretHealth(repository_id, arn, None, is_gone=True)
        raise
