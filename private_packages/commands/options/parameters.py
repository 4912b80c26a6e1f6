"""The parameters of the template, as options give them."""

import difflib
from collections.abc import Sequence

import click

from private_packages.aws.template import TemplateText

parameter_option = click.option(
    "--parameter",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of the template, but no token; can be given several times.",
)


def given_parameters(
    template: TemplateText, parameters: Sequence[str], instead_of_a_token: str
) -> dict[str, str]:
    """Return the parameters that were given as NAME=VALUE; no message repeats a value, which may be a token.

    Args:
        template: has the parameters that there are.
        parameters: those that were given.
        instead_of_a_token: the sentence that says what to do where one of them is a token.

    Raises:
        UsageError: the template has no such parameter, or takes no such value.
    """
    given: dict[str, str] = {}
    for each in parameters:
        name, separator, value = each.partition("=")
        if not separator:
            raise click.UsageError("--parameter: write it as NAME=VALUE, OrganizationId=o-a1b2c3d4e5.")
        if name not in template.parameters:
            raise click.UsageError(_unknown(template, name))
        if name in template.hidden:
            raise click.UsageError(
                f"--parameter {name}: a token is never an argument, which others on this machine can see."
                f" {instead_of_a_token}"
            )
        if name in given:
            raise click.UsageError(f"--parameter {name}: is given twice: remove one.")
        if fault := template.fault(name, value):
            raise click.UsageError(f"--parameter {name}: {fault}")
        given[name] = value
    return given


def _unknown(template: TemplateText, name: str) -> str:
    """Return the sentence about a name that is none, shown only where it resembles one."""
    names = [each for each in template.parameters if each not in template.hidden]
    if close := difflib.get_close_matches(name, names, 1):
        return f"--parameter {name}: the template has no such parameter, {close[0]} comes close."
    return f"--parameter: the template has no such parameter, but {', '.join(names)}."
