"""Who may do what: the policies of the key, of a secret, and of the role check's function."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import awacs.kms
import awacs.secretsmanager
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    ArnNotLike,
    Condition,
    ForAnyValueStringLike,
    Null,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringEqualsIfExists,
    StringLike,
)
from troposphere import GetAtt, Ref, Sub

from generator import form, names
from generator.configuration import Configuration

VERSION = "2012-10-17"

_ADMINISTRATION = (
    *("Cancel*", "CreateAlias", "Delete*", "Describe*", "Disable*", "Enable*", "Get*", "List*"),
    *("Put*", "Revoke*", "Rotate*", "Schedule*", "Tag*", "Untag*", "Update*"),
)
"""All that changes or shows a key, of which the KMS console gives nearly the same to a key's administrators.

Without CreateGrant: a grant would let somebody use the key beside its policy.
"""
_USE = ("Decrypt", "Encrypt", "GenerateDataKey*", "ReEncrypt*")

CURRENT_VERSION = (
    StringEqualsIfExists("secretsmanager:VersionStage", "AWSCURRENT"),
    Null("secretsmanager:VersionId", "true"),
)
"""Conditions of a request for a secret's current version.

One that names no stage means that version, so the stage may be absent; one that names a version by its id
would reach older ones, so the id must be absent.
"""

# The suffix is amazonaws.com in every partition.
_VIA_SECRETS_MANAGER = {"kms:ViaService": Sub("secretsmanager.${AWS::Region}.amazonaws.com")}


def key_policy(configuration: Configuration) -> PolicyDocument:
    """The account administers the key; the build roles decrypt this template's secrets, and nothing else.

    Nobody uses the key but through Secrets Manager, the account's administrators neither, who can change that
    by changing this policy: so it is seen.
    """
    secrets = [
        Sub(
            "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
            f"${{{names.secret_name_parameter(repository.id)}}}-??????"
        )
        # In the order of their ids: that of the file is no change of a policy.
        for repository in sorted(configuration.repositories, key=lambda each: each.id)
    ]
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            _account_may("AccountAdministersKey", _ADMINISTRATION),
            _account_may(
                "AccountUsesKeyViaSecretsManager", _USE, Condition(StringEquals(_VIA_SECRETS_MANAGER))
            ),
            *_build_roles_may(
                configuration,
                sid="BuildRolesDecryptTheseSecretsViaSecretsManager",
                action=awacs.kms.Decrypt,
                equals=_VIA_SECRETS_MANAGER,
                conditions=[StringLike("kms:EncryptionContext:SecretARN", secrets)],
            ),
        ],
    )


def secret_policy(configuration: Configuration) -> PolicyDocument:
    """The build roles read a secret's current version."""
    return PolicyDocument(
        Version=VERSION,
        Statement=list(
            _build_roles_may(
                configuration,
                sid="BuildRolesReadCurrentVersion",
                action=awacs.secretsmanager.GetSecretValue,
                conditions=[*CURRENT_VERSION],
            )
        ),
    )


def _account_may(sid: str, actions: Sequence[str], condition: Condition | None = None) -> Statement:
    """Allow actions on the key to whom the account's own policies allow them."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("AWS", Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")),
        Action=[Action("kms", action) for action in actions],
        Resource=["*"],
        **({"Condition": condition} if condition else {}),
    )


def _build_roles_may(
    configuration: Configuration,
    *,
    sid: str,
    action: Action,
    equals: Mapping[str, Any] | None = None,
    conditions: list[Any] | None = None,
) -> Iterator[Statement]:
    """Allow an action to the build roles of the organization, under further conditions.

    The principal is anyone, narrowed by conditions, since a role that does not exist yet cannot be named and
    a key's policy takes no wildcard in a principal's ARN. It is written as {"AWS": "*"}: the KMS console was
    seen to refuse a bare "*". ArnLike compares the ARN part by part, so that no path can smuggle a colon.

    To ArnLike a wildcard stands for slashes, too: codebuild-* would admit codebuild-x/y, whose path somebody
    else may choose. What matches has at least the slashes of the pattern, and has more only where a wildcard
    stands for one: so patterns of as many slashes have a statement, which keeps out whoever has more.
    """
    paths = sorted(configuration.organization_paths)
    for slashes, roles in configuration.build_role_groups.items():
        deeper = (
            [] if slashes is None else [ArnNotLike("aws:PrincipalArn", [_roles("*/" * (slashes + 1) + "*")])]
        )
        yield Statement(
            Sid=sid if slashes is None else f"{sid}ByWildcardsInPathDepth{slashes}",
            Effect=Allow,
            Principal=Principal("AWS", "*"),
            Action=[action],
            Resource=["*"],
            Condition=Condition(
                [
                    StringEquals(
                        {"aws:PrincipalOrgID": form.organization_id(configuration)} | dict(equals or {})
                    ),
                    ArnLike("aws:PrincipalArn", [_roles(role) for role in roles]),
                    *deeper,
                    *([ForAnyValueStringLike("aws:PrincipalOrgPaths", paths)] if paths else []),
                    *(conditions or []),
                ]
            ),
        )


def _roles(path_and_name: str) -> Sub:
    """Return the ARN of the role of this path and name in every account."""
    return Sub(f"arn:${{AWS::Partition}}:iam::*:role/{path_and_name}")


def role_check_policy(configuration: Configuration, log_group: str) -> PolicyDocument:
    """The function looks at the build roles, the Stackery Role's stack and the organization, and logs.

    It looks at its own stack, too, to see whether an update is being rolled back.

    A missing role has no path to be authorized under, hence the build roles' bare names, too: otherwise IAM
    would answer that access is denied instead of that there is no such role.
    """
    role_names = sorted({role.split("/")[-1] for role in configuration.build_roles})
    roles = [Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/*{name}") for name in role_names]
    stack = Sub("arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/${StackeryStackName}/*")
    statements: list[tuple[str, list[Action], list[Any]]] = [
        ("FindBuildRoles", [Action("iam", "GetRole")], roles),
        (
            "ReadStackeryRoleAndOwnStatus",
            [Action("cloudformation", "DescribeStacks"), Action("cloudformation", "GetTemplate")],
            [stack, Ref("AWS::StackId")],
        ),
        # Organizations has no resource to narrow this to.
        ("LookUpOrganizationId", [Action("organizations", "DescribeOrganization")], ["*"]),
        (
            "WriteLog",
            [Action("logs", "CreateLogStream"), Action("logs", "PutLogEvents")],
            [GetAtt(log_group, "Arn")],
        ),
    ]
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            Statement(Sid=sid, Effect=Allow, Action=actions, Resource=resources)
            for sid, actions, resources in statements
        ],
    )


def lambda_may_assume() -> PolicyDocument:
    """AWS Lambda may assume the function's role."""
    return PolicyDocument(
        Version=VERSION,
        Statement=[
            Statement(
                Sid="LambdaRunsTheRoleCheck",
                Effect=Allow,
                Principal=Principal("Service", "lambda.amazonaws.com"),
                Action=[Action("sts", "AssumeRole")],
            )
        ],
    )
