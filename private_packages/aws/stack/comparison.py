"""What is there compared with the template where CloudFormation's drift detection does not look.

It was seen to leave out keys, their aliases, the policies of secrets and the inline policies of roles
(aws-cloudformation/cloudformation-coverage-roadmap#936, #1671, #1672): these say who can read the tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator import names, short_forms
from generator.short_forms import Document
from private_packages.aws.aws import Aws, asking
from private_packages.aws.clients import document
from private_packages.aws.errors import AwsError
from private_packages.aws.stack import access, stack
from private_packages.aws.stack.access import Side
from private_packages.aws.stack.state import parameters_of
from private_packages.aws.text import one_line

_NOTHING_TO_CHANGE = "Custom::"
"""How the types begin of what only runs a function, so that nothing of it can be changed."""


@dataclass(frozen=True)
class Comparison:
    """How what is there differs from the template."""

    resources: Mapping[str, str]
    """The types of the template's resources that can be changed, by their logical ids."""
    compared: Sequence[str]
    """The logical ids of those that were compared here."""
    differences: Sequence[str]
    """What would have to change to be as the template says, a sentence each."""


def compare(aws: Aws, stack_name: str) -> Comparison:
    """Compare policies and the key's alias with the stack's template.

    What the caller may not read is left out.

    Raises:
        AwsError: the stack or its template cannot be read.
    """
    description = stack.get(aws, stack_name)
    template = short_forms.load(stack.template(aws, stack_name))
    cloudformation = aws.client("cloudformation")
    with asking(f"list what the stack {stack_name} has"):
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        there = {
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for page in pages
            for each in page["StackResourceSummaries"]
        }
    identity = aws.identity
    values = parameters_of(description) | {
        "AWS::Partition": identity.partition,
        "AWS::AccountId": identity.account,
        "AWS::Region": aws.region,
        "AWS::StackName": description["StackName"],
        "AWS::StackId": description["StackId"],
    }
    logs = f"arn:{identity.partition}:logs:{aws.region}:{identity.account}:log-group"
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Logs::LogGroup":
            values[f"{logical_id}.Arn"] = f"{logs}:{there.get(logical_id)}:*"
    organization = stack.outputs(description).get("OrganizationId", "")
    deployed = _Deployed(aws, template, there)
    compared = {each: template["Resources"][each] for each in template["Resources"] if deployed.read(each)}
    wanted = Side({"Resources": compared}, values, organization)
    differences = [
        *(each.sentence for each in access.changes(Side(deployed.document, values, organization), wanted)),
        *deployed.differences(wanted),
    ]
    return Comparison(
        {
            logical_id: resource["Type"]
            for logical_id, resource in template["Resources"].items()
            if not resource["Type"].startswith(_NOTHING_TO_CHANGE)
        },
        list(compared),
        differences,
    )


@dataclass
class _Deployed:
    """What is there, as a template would have it."""

    aws: Aws
    template: Document
    there: Mapping[str, str]
    document: Document = field(default_factory=lambda: {"Resources": {}})

    def read(self, logical_id: str) -> bool:
        """Take what is there into the document; return whether it could be read."""
        read = {
            "AWS::KMS::Key": self._key,
            "AWS::KMS::Alias": self._alias,
            "AWS::SecretsManager::ResourcePolicy": self._secret_policy,
            "AWS::IAM::Role": self._role,
        }.get(self.template["Resources"][logical_id]["Type"])
        if read is None or logical_id not in self.there:
            return False
        try:
            with asking(f"read what {logical_id} is"):
                properties = read(logical_id)
        except AwsError:
            return False
        kind = self.template["Resources"][logical_id]["Type"]
        self.document["Resources"][logical_id] = {"Type": kind, "Properties": properties}
        return True

    def differences(self, wanted: Side) -> list[str]:
        """Return what differs of the rest, a sentence each."""
        found = []
        for logical_id, resource in wanted.template["Resources"].items():
            properties = access.resolved(resource.get("Properties", {}), wanted)
            has = self.document["Resources"][logical_id]["Properties"]
            if resource["Type"] == "AWS::KMS::Alias" and properties["AliasName"] not in has["Aliases"]:
                found.append(f"The key no longer has the alias {properties['AliasName']}.")
            if resource["Type"] == "AWS::IAM::Role":
                policies = {
                    each["PolicyName"]: each["PolicyDocument"] for each in properties.get("Policies", [])
                }
                found += [
                    f"The policy {one_line(name)} of the role {self.there[logical_id]} is another."
                    for name in sorted({*policies, *has["Policies"]})
                    if _plain(policies.get(name)) != _plain(has["Policies"].get(name))
                ]
        return found

    def _key(self, logical_id: str) -> Document:
        kms = self.aws.client("kms")
        policy = kms.get_key_policy(KeyId=self.there[logical_id], PolicyName="default")["Policy"]
        return {"KeyPolicy": document(policy, "kms:GetKeyPolicy")}

    def _alias(self, _logical_id: str) -> Document:
        kms = self.aws.client("kms")
        aliases = kms.list_aliases(KeyId=self.there[names.KEY])["Aliases"]
        return {"Aliases": [each["AliasName"] for each in aliases]}

    def _secret_policy(self, logical_id: str) -> Document:
        secrets = self.aws.client("secretsmanager")
        answer = secrets.get_resource_policy(SecretId=self.there[logical_id.removesuffix("Policy")])
        policy = answer.get("ResourcePolicy") or "{}"
        return {"ResourcePolicy": document(policy, "secretsmanager:GetResourcePolicy")}

    def _role(self, logical_id: str) -> Document:
        iam, role = self.aws.client("iam"), self.there[logical_id]
        named = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {
            "Policies": {
                name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in named
            }
        }


def _plain(node: Any) -> Any:
    """Return a policy in which what may be a list of one is none, and the order of lists tells nothing."""
    if isinstance(node, list):
        plain = sorted((_plain(each) for each in node), key=repr)
        return plain[0] if len(plain) == 1 else plain
    return {key: _plain(value) for key, value in node.items()} if isinstance(node, dict) else node
