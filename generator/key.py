"""The key that encrypts the secrets."""

from typing import Any

from troposphere import AWSHelperFn, GetAtt, Ref, Sub, Tags
from troposphere.kms import Alias, Key

from generator import names, policies
from generator.configuration import Configuration

ALIAS = "KeyAlias"

_AFTER_THE_ROLE_CHECK: dict[str, Any] = {
    # With an organization in the form nothing else would make it wait for the check, which cfn-lint
    # does not see.
    "DependsOn": names.STACKERY_ROLE,
    "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}},
}


def resources(configuration: Configuration, tags: Tags) -> list[AWSHelperFn]:
    """Return the key and its alias; the key survives its stack, but not a creation that fails."""
    return [
        Key(
            names.KEY,
            Description="Encrypts the tokens of private package repositories",
            EnableKeyRotation=True,
            PendingWindowInDays=7,  # after a first deployment that failed; 30 would keep the key that long
            KeyPolicy=policies.key_policy(configuration),
            Tags=tags,
            **(_AFTER_THE_ROLE_CHECK if configuration.has_role_check else {}),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        ),
        Alias(ALIAS, AliasName=Sub("alias/${AWS::StackName}"), TargetKeyId=Ref(names.KEY)),
    ]


def arn() -> GetAtt:
    """Return the key's ARN."""
    return GetAtt(names.KEY, "Arn")
