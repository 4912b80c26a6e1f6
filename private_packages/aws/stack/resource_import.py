"""Taking over a key and secrets that are there: made by hand, or left behind by a stack.

CloudFormation calls it a resource import. It creates and changes nothing in that step, so that the template
for it describes key and secrets as they are; the whole template follows as an update. Neither type can be
imported by its name: the identifiers are the key's id and the secret's ARN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from generator import names
from generator.short_forms import Document
from private_packages import invocation
from private_packages.aws.aws import Aws, asking, if_allowed
from private_packages.aws.clients import document
from private_packages.aws.errors import SecretNameError
from private_packages.aws.stack import change_set, secret_names, stack
from private_packages.aws.stack.change_set import Action, Change
from private_packages.aws.stack.owners import Owners
from private_packages.aws.text import one_line
from private_packages.aws.tokens.secret import holds_value

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ResourceToImportTypeDef
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

_KEY, _SECRET = change_set.HOLDING_TOKENS
MANUAL_STATEMENTS = (
    "Allow kms:Decrypt, kms:DescribeKey",
    "Allow kms:*",
    "Allow secretsmanager:GetSecretValue",
)
"""The statements of the manual procedure, which have no Sid: to take over is to replace them."""
_OF_AWS = "AWS's own key aws/secretsmanager, which no other account can use"


@dataclass(frozen=True)
class Import:
    """A key or a secret that is taken over."""

    logical_id: str
    resource_type: str
    identifier: str
    """The key's id, or the secret's ARN."""
    name: str
    """What people know it by: the secret's name, the key's ARN."""
    has_value: bool | None
    """None for a key."""
    policy: Document
    """What lets others in until the template's takes its place; empty where there is none."""
    properties: Document = field(repr=False)
    """What it is, in CloudFormation's words."""

    @property
    def organizations(self) -> list[str]:
        """The organizations that its policy opens it to."""
        return sorted(value for statement in self._allowing for value in _organizations(statement))

    @property
    def openness(self) -> str:
        """To whom its policy opens it, as far as that can be said in a few words."""
        if not self._allowing:
            return "open to nobody else"
        if any(not _organizations(statement) and _is_anybody(statement) for statement in self._allowing):
            return "not narrowed to an organization"
        if not self.organizations:
            return "open to named principals"
        return f"open to {one_line(', '.join(self.organizations))}"

    @property
    def _allowing(self) -> list[Document]:
        """The statements that let somebody in, but for the one that gives the account its own key."""
        found = self.policy.get("Statement", [])
        listed = found if isinstance(found, list) else [found]
        return [each for each in listed if each.get("Effect") == "Allow" and not _is_of_the_account(each)]


def find(aws: Aws, wanted: Mapping[str, str], stack_name: str, key_arn: str | None) -> list[Import]:
    """Return what is to be taken over: the secrets of these names that are there, and their key.

    Args:
        aws: the stack's account and Region.
        wanted: the names of secrets that the stack is to have and has not, by the parameters that give them.
        stack_name: the stack.
        key_arn: the key that the stack has; None where it has none yet.

    Raises:
        SecretNameError: a secret or its key cannot be taken over; the message says why, and what to do.
        AwsError: AWS cannot be asked.
    """
    found: list[Import] = []
    living = Owners(aws)
    for parameter, name in wanted.items():
        described = secret_names.describe(aws, name)
        if described is None:
            continue
        if fault := secret_names.obstacle(living, stack_name, parameter, name, described):
            raise SecretNameError(fault)
        metadata = _key_of(aws, name, described)
        key_arn = key_arn or _add_key(living, stack_name, found, metadata)
        if metadata["Arn"] != key_arn:
            raise SecretNameError(
                f"The secret {name} is encrypted with {metadata['Arn']}, but a stack has one key, which is"
                f" {key_arn}: move the secret to that first ({_move(aws, name, key_arn)})."
            )
        found.append(_secret(aws, parameter, described))
    return found


def template(before: Document | None, after: Document, found: Sequence[Import]) -> Document:
    """Return the template of the step that takes over, which describes what is taken over as it is.

    Args:
        before: the template that the stack has; None where it is new.
        after: the template that it is to get.
        found: what is taken over.
    """
    document = before or {
        "Description": names.TAKEN_OVER,
        "Metadata": {names.MADE_FROM: after["Metadata"][names.MADE_FROM]},
        "Resources": {},
    }
    resources, parameters = dict(document["Resources"]), dict(document.get("Parameters", {}))
    for each in found:
        resources[each.logical_id] = {
            "Type": each.resource_type,
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": each.properties,
        }
        if each.resource_type == _SECRET:
            parameters[each.properties["Name"]["Ref"]] = {"Type": "String", "Default": each.name}
    return {**document, "Parameters": parameters, "Resources": resources}


def with_policies(template: Document, found: Sequence[Import]) -> Document:
    """Return a template with the secrets' policies, too, which no template has said yet."""
    policies = {
        f"{each.logical_id}Policy": {
            "Type": "AWS::SecretsManager::ResourcePolicy",
            "Properties": {"ResourcePolicy": each.policy},
        }
        for each in found
        if each.resource_type == _SECRET and each.policy
    }
    return {**template, "Resources": policies | template["Resources"]}


def resources_to_import(found: Sequence[Import]) -> "list[ResourceToImportTypeDef]":
    """Return them as CreateChangeSet takes them."""
    return [
        {
            "ResourceType": each.resource_type,
            "LogicalResourceId": each.logical_id,
            "ResourceIdentifier": {"KeyId" if each.resource_type == _KEY else "Id": each.identifier},
        }
        for each in found
    ]


def foreseen(before: Document, after: Document) -> list[Change]:
    """Return what the update that follows adds and changes, from the two templates.

    CloudFormation itself can be asked for it only when the first step is done.
    """
    had, changes = before["Resources"], []
    for logical_id, resource in sorted(after["Resources"].items()):
        resource_type, properties = resource["Type"], resource.get("Properties", {})
        if logical_id not in had:
            changes.append(Change(Action.ADD, logical_id, resource_type))
            continue
        old = had[logical_id].get("Properties", {})
        # The value is none of the template's where nothing is typed into the form.
        both = {name: None for name in (*old, *properties) if name in old or name != "SecretString"}
        differing = [name for name in both if old.get(name) != properties.get(name)]
        if differing:
            changes.append(Change(Action.CHANGE, logical_id, resource_type, tuple(differing)))
    return changes


def _key_of(aws: Aws, name: str, described: "DescribeSecretResponseTypeDef") -> Any:
    """Return what KMS says of the key of a secret; refuse one that the stack could not have."""
    other_key = (
        f"The secret {name} is encrypted with {{}}: make a key of your own, move the secret to it"
        f" ({_move(aws, name, 'KEY')}) and try again."
    )
    if not described.get("KmsKeyId"):
        raise SecretNameError(other_key.format(_OF_AWS))
    with asking(f"describe the key of the secret {name}"):
        metadata = aws.client("kms").describe_key(KeyId=described["KmsKeyId"])["KeyMetadata"]
    if metadata.get("KeyManager") == "AWS":
        raise SecretNameError(other_key.format(_OF_AWS))
    if metadata.get("AWSAccountId", aws.identity.account) != aws.identity.account:
        raise SecretNameError(other_key.format(f"a key of another account, {metadata['Arn']}"))
    if metadata.get("MultiRegion") or metadata.get("Origin", "AWS_KMS") != "AWS_KMS":
        raise SecretNameError(other_key.format(f"a multi-Region or imported key, {metadata['Arn']}"))
    state = metadata.get("KeyState", "Enabled")
    if state != "Enabled":
        operation = "cancel-key-deletion" if state == "PendingDeletion" else "enable-key"
        enable = invocation.aws_command(f"kms {operation}", region=aws.region, key_id=metadata["KeyId"])
        raise SecretNameError(
            f"The key {metadata['Arn']} of the secret {name} is in state {state}: enable it first"
            f" (`{enable}`)."
        )
    return metadata


def _move(aws: Aws, name: str, key: str) -> str:
    move = invocation.aws_command(
        "secretsmanager update-secret", region=aws.region, secret_id=name, kms_key_id=key
    )
    return f"`{move}`"


def _add_key(living: Owners, stack_name: str, found: list[Import], metadata: Any) -> str:
    """Take the key over, too, and return its ARN."""
    kms, key_id, arn = living.aws.client("kms"), metadata["KeyId"], str(metadata["Arn"])
    with asking(f"read the policy and the tags of the key {arn}"):
        text = kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]
        policy = document(text, "kms:GetKeyPolicy")
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key_id)["Tags"]}
    owner = secret_names.owner(living, tags, arn, key_id)
    if owner not in (None, stack_name):
        raise SecretNameError(
            f"The key {arn} belongs to the stack {owner}, which is there: deploy that one (--stack-name"
            f" {owner})."
        )

    def rotation() -> bool:
        with asking(f"see whether the key {arn} rotates"):
            return kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]

    rotates = if_allowed(rotation)
    properties: Document = {"KeyPolicy": policy, "Description": metadata.get("Description", "")}
    properties |= {"Tags": _tags(tags)} if _tags(tags) else {}
    properties |= {} if rotates is None else {"EnableKeyRotation": rotates}
    found.append(Import(names.KEY, _KEY, key_id, arn, None, policy, properties))
    return arn


def _secret(aws: Aws, parameter: str, described: "DescribeSecretResponseTypeDef") -> Import:
    arn, tags = described["ARN"], _tags(stack.tags_of(described.get("Tags", [])))
    with asking(f"read the policy of the secret {arn}"):
        answer = aws.client("secretsmanager").get_resource_policy(SecretId=arn)
    properties: Document = {
        "Name": {"Ref": parameter},
        "KmsKeyId": {"Fn::GetAtt": [names.KEY, "Arn"]},
    }
    properties |= {"Description": described["Description"]} if described.get("Description") else {}
    properties |= {"Tags": tags} if tags else {}
    [repository_id] = names.secret_names({parameter: ""})
    return Import(
        names.secret(repository_id),
        _SECRET,
        arn,
        described["Name"],
        holds_value(described.get("VersionIdsToStages", {})),
        document(answer.get("ResourcePolicy") or "{}", "secretsmanager:GetResourcePolicy"),
        properties,
    )


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the tags that are not CloudFormation's own."""
    return [{"Key": key, "Value": value} for key, value in tags.items() if not key.startswith("aws:")]


def _is_anybody(statement: Document) -> bool:
    """Return whether a statement's principal is everybody, so that only its conditions narrow it."""
    return statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}) or "NotPrincipal" in statement


def _is_of_the_account(statement: Document) -> bool:
    """Return whether it is the statement that every key has, for the account that owns it."""
    principal = statement.get("Principal")
    return isinstance(principal, dict) and str(principal.get("AWS", "")).endswith(":root")


def _organizations(statement: Document) -> set[str]:
    """Return the organizations that a statement's conditions ask for."""
    found: set[str] = set()
    for operator, condition in statement.get("Condition", {}).items():
        for key, value in condition.items():
            # Not StringNotEquals, Null or the like, which ask for something else.
            if key.lower() == "aws:principalorgid" and operator.endswith(("StringEquals", "StringLike")):
                found |= {value} if isinstance(value, str) else {*map(str, value)}
    return found
