"""The ARNs of the secrets: given as options, or read from the deployed stack."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from generator import names
from generator.configuration import DEFAULT, Configuration
from generator.hooks import hook
from private_packages.aws.aws import Aws
from private_packages.aws.stack import stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

secret_arn_option = click.option(
    "--secret-arn",
    "secret_arns",
    metavar="ID=ARN",
    multiple=True,
    help="A repository's id and the whole ARN of its secret; once for each repository.",
)

from_stack_option = click.option(
    "--stack-name",
    metavar="NAME",
    help="The stack that names repositories and ARNs."
    f"  [default: {names.PRIVATE_PACKAGES}, without --secret-arn]",
)


def named_stack(given: str | None, secret_arns: Sequence[str]) -> str | None:
    """Return the stack to go by; None where the ARNs of the secrets are given instead."""
    return None if secret_arns else given or names.PRIVATE_PACKAGES


def given_arns(configuration: Configuration | None, given: Sequence[str]) -> dict[str, str]:
    """Return the ARNs that were given as ID=ARN: one for each repository, or without a configuration, any."""
    arns: dict[str, str] = {}
    for each in given:
        name, _, arn = each.partition("=")
        if not arn:
            example = (configuration or DEFAULT).repositories[0].id
            raise click.UsageError(f"--secret-arn {each}: write it as ID=ARN, {example}=arn:….")
        if name in arns:
            raise click.UsageError(f"--secret-arn {name}: is given twice: remove one.")
        arns[name] = arn
    return _checked(configuration, arns, "--secret-arn")


def deployed_arns(configuration: Configuration, aws: Aws, description: "StackTypeDef") -> dict[str, str]:
    """Return the ARNs that a stack, which was described, has as outputs."""
    ids = [repository.id for repository in configuration.repositories]
    arns = stack.secret_arns(aws, description, ids)
    return _checked(configuration, arns, f"stack {description['StackName']}, output")


def _checked(configuration: Configuration | None, arns: Mapping[str, str], source: str) -> dict[str, str]:
    """Return one ARN for each repository, or refuse what is missing, unknown or no ARN."""
    ids = [repository.id for repository in configuration.repositories] if configuration else [*arns]
    if unknown := [name for name in arns if name not in ids]:
        raise click.UsageError(
            f"{source} {', '.join(unknown)}: no repository has this id, the configuration lists"
            f" {', '.join(ids)}."
        )
    if missing := [name for name in ids if name not in arns]:
        raise click.UsageError(
            f"The secret of {', '.join(missing)} is not named: add --secret-arn {missing[0]}=ARN for each,"
            " or --stack-name."
        )
    for name, arn in arns.items():
        if not re.fullmatch(hook.ARN, arn):
            raise click.UsageError(
                f"{source} {name}: {arn} is not a secret's whole ARN, which reads"
                " arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX."
            )
    return dict(arns)
