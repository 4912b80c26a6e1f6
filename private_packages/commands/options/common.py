"""Options that subcommands share."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from generator import names

Command = TypeVar("Command", bound=Callable[..., Any])


def apply(command: Command, *options: Callable[[Any], Any]) -> Command:
    """Add options to a command, whose help lists them in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def _output_option(*formats: str, help_text: str) -> Callable[[Command], Command]:
    return click.option(
        "--output", type=click.Choice(formats), default=formats[0], show_default=True, help=help_text
    )


output_option = _output_option(
    "text", "json", help_text="How to print the result: for people or for programs."
)
table_output_option = _output_option(
    "text",
    "json",
    "csv",
    help_text="How to print the result: for people, for programs, or for a spreadsheet.",
)

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The list of repositories.  [default: repositories.yaml, or without one, GitHub Packages]",
)

STACK_NAME_FORM = "a letter, then letters, digits and hyphens, 128 at most."
"""What CloudFormation takes as the name of a stack or a stack set, for whoever wrote something else."""

stack_name_option = click.option(
    "--stack-name",
    metavar="NAME",
    default=names.PRIVATE_PACKAGES,
    show_default=True,
    help="The stack deployed from private-packages.yaml, in the account of these credentials.",
)


def require_stack_name(stack_name: str) -> None:
    """Refuse a name of --stack-name that no stack can have.

    Raises:
        UsageError: it is one.
    """
    if not re.fullmatch(names.STACK_NAME, stack_name):
        raise click.UsageError(f"--stack-name: {STACK_NAME_FORM}")


def matching(pattern: str, fix: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a callback that refuses a value that does not match, with what to write instead."""

    def check(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(pattern, value):
            raise click.BadParameter(fix)
        return value

    return check


whole_role_arn = matching(
    r"arn:[a-z-]+:iam::\d{12}:role/[!-)+-~]+",
    "write the role's whole ARN, arn:aws:iam::111122223333:role/NAME.",
)
"""The callback of an option that takes a role's ARN."""

_profile_option = click.option("--profile", help="The AWS profile to use.  [default: AWS_PROFILE]")
_region_option = click.option(
    "--region",
    envvar="AWS_REGION",  # boto3 itself looks at AWS_DEFAULT_REGION only
    help="The AWS Region to use.  [default: AWS_REGION, or the profile's]",
)


def aws_options(command: Command) -> Command:
    """Add the options that say which account and Region is meant: profile and region."""
    return apply(command, _profile_option, _region_option)
