"""The parameters of the template, as options give them."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

import click

Form = Mapping[str, Mapping[str, Any]]
"""The section Parameters of the template."""

MAXIMUM_BYTES = 4_096
"""A quota of CloudFormation for a parameter's value."""

parameter_option = click.option(
    "--parameter",
    "pairs",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter of the template, unless it is a token; may be given for each.",
)


def given_parameters(form: Form, pairs: tuple[str, ...], instead_of_a_token: str) -> dict[str, str]:
    """Return the parameters that were given as NAME=VALUE; no message repeats a value, which may be a token.

    Args:
        form: the parameters that there are.
        pairs: those that were given.
        instead_of_a_token: the sentence that says what to do where one of them is a token.

    Raises:
        UsageError: the template has no such parameter, or takes no such value.
    """
    given: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise click.UsageError("--parameter: write it as NAME=VALUE, RoleCheck=Warn.")
        if name not in form:
            raise click.UsageError(_unknown(form, name))
        if form[name].get("NoEcho"):
            raise click.UsageError(
                f"--parameter {name}: a token is never an argument, which others on this machine can see."
                f" {instead_of_a_token}"
            )
        if name in given:
            raise click.UsageError(f"--parameter {name}: is there twice, leave one of the two.")
        _see_that_it_fits(name, form[name], value)
        given[name] = value
    return given


def _unknown(form: Form, name: str) -> str:
    """Return the sentence about a name that is none, shown only where it resembles one."""
    names = [each for each, parameter in form.items() if not parameter.get("NoEcho")]
    if close := difflib.get_close_matches(name, names, 1):
        return f"--parameter {name}: the template has no such parameter, {close[0]} comes close."
    return f"--parameter: the template has no such parameter, but {', '.join(names)}."


def _see_that_it_fits(name: str, parameter: Mapping[str, Any], value: str) -> None:
    allowed = parameter.get("AllowedValues")
    if allowed and value not in allowed:
        raise click.UsageError(f"--parameter {name}: takes {' or '.join(allowed)} only.")
    pattern = parameter.get("AllowedPattern", ".*")
    if not re.fullmatch(pattern, value, re.ASCII | re.DOTALL):
        raise click.UsageError(f"--parameter {name}: {parameter['ConstraintDescription']}")
    if len(value.encode()) > MAXIMUM_BYTES:
        raise click.UsageError(f"--parameter {name}: give a value of {MAXIMUM_BYTES:,} bytes at most.")
