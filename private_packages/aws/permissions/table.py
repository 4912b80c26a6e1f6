"""Who calls what: every action that a command needs, on which resource, and why.

The rows stand in table.txt. The tests refuse any call of a command that is not there. What no command calls
itself names who needs it with the rights of the caller: a handler of CloudFormation's, by its resource type,
or another call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

COMMANDS = ("check", "deploy", "token", "hook", "verify", "status", "rollout")

_CLOUDFORMATION = "arn:{partition}:cloudformation:{region}:{account}"
_SECRETS = "arn:{partition}:secretsmanager"
RESOURCES = {
    "*": "*",
    "stack": f"{_CLOUDFORMATION}:stack/{{stack}}/*",
    "change_set": f"{_CLOUDFORMATION}:changeSet/*",
    # Found by its name in each of Stackery's Regions.
    "stackery_stack": "arn:{partition}:cloudformation:*:{account}:stack/{stackery_stack}/*",
    # In the management account, also where a delegated administrator made it.
    "stack_set": "arn:{partition}:cloudformation:*:*:stackset/{stack_set}:*",
    "stack_set_targets": "arn:{partition}:cloudformation:*:*:stackset-target/{stack_set}:*/*",
    "resource_types": "arn:{partition}:cloudformation:*::type/resource/*",
    # A role that is missing has no path to be authorized under.
    "build_role": "arn:{partition}:iam::{account}:role/*{build_role_name}",
    "any_build_role": "arn:{partition}:iam::*:role/{build_role}",
    "role_in_accounts": "arn:{partition}:iam::*:role/{role_name}",
    "given_role": "{role_arn}",
    "secret": f"{_SECRETS}:{{region}}:{{account}}:secret:{{secret}}-??????",
    # A secret that is missing has no ending of six characters.
    "secret_or_none": f"{_SECRETS}:{{region}}:{{account}}:secret:{{secret}}",
    "secret_anywhere": f"{_SECRETS}:*:*:secret:{{secret}}-??????",
    "key": "arn:{partition}:kms:{region}:{account}:key/*",
    "key_anywhere": "arn:{partition}:kms:*:*:key/*",
    "alias": "arn:{partition}:kms:{region}:{account}:alias/{stack}",
    "function": "arn:{partition}:lambda:{region}:{account}:function:{physical}RoleCheckFunction-*",
    "function_role": "arn:{partition}:iam::{account}:role/{physical}RoleCheckFunctionRole-*",
    "log_group": "arn:{partition}:logs:{region}:{account}:log-group:{stack}-RoleCheckLogGroup-*",
    "bucket": "arn:{partition}:s3:::{bucket}",
    "objects": "arn:{partition}:s3:::{bucket}/private-packages/*",
}
CONDITIONS = {
    "via_secrets_manager": ("kms:ViaService", "secretsmanager.{region}.amazonaws.com"),
    "via_secrets_manager_anywhere": ("kms:ViaService", "secretsmanager.*.amazonaws.com"),
    "to_cloudformation": ("iam:PassedToService", "cloudformation.amazonaws.com"),
    "to_lambda": ("iam:PassedToService", "lambda.amazonaws.com"),
}
"""What a request must say, by StringLike."""
_DOCS = "https://docs.aws.amazon.com"
_USER_GUIDE = f"{_DOCS}/AWSCloudFormation/latest/UserGuide"
SOURCES: Mapping[str, str] = {
    "": "",
    "schema": "`handlers` in the schema of the type, which `aws cloudformation describe-type` shows",
    "kms_of_secrets": f"{_DOCS}/secretsmanager/latest/userguide/security-encryption.html",
    "authorization": f"{_DOCS}/service-authorization/latest/reference/list_awscloudformation.html",
    "authorization_of_iam": f"{_DOCS}/IAM/latest/UserGuide/id_roles_use_passrole.html",
    "custom_resources": f"{_USER_GUIDE}/template-custom-resources-lambda.html",
    "stack_sets_prerequisites": f"{_USER_GUIDE}/stacksets-prereqs-self-managed.html",
}


@dataclass(frozen=True)
class Row:
    """Actions of one service for one purpose."""

    sid: str
    """What they are for; rows of one Sid, which have the same resources, become one statement."""
    commands: str
    """Those that need them, with blanks between."""
    actions: str
    """The service, then the actions without it: kms: DescribeKey GetKeyPolicy."""
    on: str
    """The names of the resources."""
    needed_by: str = ""
    """A resource type, or a call, that needs it with the caller's rights; empty where the command calls."""
    source: str = ""
    """The name of where that is said."""
    condition: str = ""
    """The name of a condition."""
    only_with: str = ""
    """The value without which it is left out."""

    @property
    def names(self) -> list[str]:
        """The actions as a policy has them."""
        service, _, actions = self.actions.partition(": ")
        return [f"{service}:{action}" for action in actions.split()]

    @property
    def resources(self) -> list[str]:
        """The patterns of the ARNs."""
        return [RESOURCES[name] for name in self.on.split()]


def _rows() -> Iterator[Row]:
    for line in (files(__package__) / "table.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Row(*(cell.strip() for cell in line.split("|")))


TABLE = tuple(_rows())
"""All of it; what a command needs for one option alone is a statement of its own, which may be left out."""


def rows(command: str) -> list[Row]:
    """Return what a command needs."""
    return [row for row in TABLE if command in row.commands.split()]
