"""The secrets that hold the tokens, and who may read them."""

from troposphere import AWSHelperFn, If, NoValue, Ref, Tags
from troposphere.secretsmanager import ResourcePolicy, Secret

from generator import form, key, names, policies
from generator.configuration import Configuration, Repository


def resources(repository: Repository, configuration: Configuration, tags: Tags) -> list[AWSHelperFn]:
    """Return a repository's secret, which survives its stack but not a failed creation, and its policy."""
    condition, _ = form.token_given(repository)
    secret = names.secret(repository.id)
    return [
        Secret(
            secret,
            Name=Ref(names.secret_name_parameter(repository.id)),
            Description=repository.description,
            KmsKeyId=key.arn(),
            # Without a token the secret has no value, and one that is put later survives updates.
            SecretString=If(condition, Ref(names.token_parameter(repository.id)), NoValue),
            Tags=tags,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        ),
        ResourcePolicy(
            f"{secret}Policy",
            SecretId=Ref(secret),
            ResourcePolicy=policies.secret_policy(configuration),
            **({"BlockPublicPolicy": True} if configuration.block_public_policy else {}),
        ),
    ]
