"""The options that mirror the template's parameters of the role check."""

import re
from collections.abc import Callable
from typing import Any

import click

from generator.form import ROLE_CHECK_PARAMETERS
from private_packages.commands.options.common import Command, apply

_NAMES = ("MinimumRoleVersion", "StackeryStackName", "StackeryStackRegion", "OrganizationId")


def role_check_options(command: Command) -> Command:
    """Add --minimum-role-version, --stackery-stack-name, --stackery-stack-region and --organization-id."""
    parameters = {parameter.title: parameter for parameter in ROLE_CHECK_PARAMETERS}
    return apply(command, *(_option(parameters[name]) for name in _NAMES))


def _option(parameter: Any) -> Callable[[Command], Command]:
    def validate(_: click.Context, __: click.Parameter, value: str) -> str:
        if not re.fullmatch(parameter.AllowedPattern, value):
            raise click.BadParameter(f"{value!r}: {parameter.ConstraintDescription}")
        return value

    words = re.findall("[A-Z][a-z]*", parameter.title)
    return click.option(
        f"--{'-'.join(words).lower()}",
        default=parameter.Default,
        show_default=bool(parameter.Default),
        metavar=words[-1].upper(),
        callback=validate,
        help=parameter.Description,
    )
