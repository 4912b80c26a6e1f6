"""Options that the subcommands of `rollout` share."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from private_packages.aws.stack_sets.preferences import ALL, Amount
from private_packages.commands.options.common import aws_options, config_option, output_option
from private_packages.commands.options.members import member_options
from private_packages.commands.options.parameters import parameter_option

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]

TEMPLATES = ("role-check", "private-packages")


class Amounts(click.ParamType[Amount]):
    """So many accounts, or so many percent of them."""

    name = "N|N%"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Amount:
        """Return the amount."""
        if isinstance(value, Amount):
            return value
        match = re.fullmatch(r"(\d{1,9})(%?)", value)
        if not match or int(match[1]) < self.least or (match[2] and int(match[1]) > 100):
            self.fail(
                f"{value}: write so many accounts (10) or percent of them (10%), {self.least} or more.",
                param,
                ctx,
            )
        return Amount(int(match[1]), is_percentage=bool(match[2]))


def _regions(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the Regions in a list with commas, each once."""
    return tuple(dict.fromkeys(region.strip() for region in value.split(","))) if value else ()


def _name(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", value):
        raise click.BadParameter(
            f"{value}: begin with a letter, then go on with letters, digits and hyphens, 128 in all."
        )
    return value


_WHICH: tuple[Option[Any], ...] = (
    click.option(
        "--template",
        type=click.Choice(TEMPLATES),
        default=TEMPLATES[0],
        show_default=True,
        help="What to bring to the accounts: the check alone, or keys and secrets too.",
    ),
    click.option(
        "--name", metavar="NAME", callback=_name, help="The stack set.  [default: stackery- and the template]"
    ),
    click.option(
        "--self-managed",
        is_flag=True,
        help="Use roles that exist in the accounts, which are named by --account, and not the organization.",
    ),
)

_TARGETS: tuple[Option[Any], ...] = (
    member_options,
    click.option(
        "--regions",
        metavar="REGION,…",
        callback=_regions,
        help="The Regions to deploy to.  [default: that of the stack set]",
    ),
)

_DEFINITION: tuple[Option[Any], ...] = (
    config_option,
    parameter_option,
    click.option(
        "--auto-deployment/--no-auto-deployment",
        default=False,
        show_default=True,
        help="Deploy to accounts that are added to the units later, too.",
    ),
    click.option(
        "--retain-stacks/--no-retain-stacks",
        default=False,
        show_default=True,
        help="With --auto-deployment: keep the stacks of accounts that leave the units.",
    ),
    click.option(
        "--administration-role-arn",
        metavar="ARN",
        help="With --self-managed: the role of StackSets here."
        "  [default: AWSCloudFormationStackSetAdministrationRole]",
    ),
    click.option(
        "--execution-role-name",
        metavar="NAME",
        help="With --self-managed: the role in the accounts."
        "  [default: AWSCloudFormationStackSetExecutionRole]",
    ),
)

_PREFLIGHT: tuple[Option[Any], ...] = (
    click.option(
        "--preflight",
        is_flag=True,
        help="Also run the role check in these accounts, to know which would fail.",
    ),
    click.option(
        "--role-name",
        metavar="NAME",
        default="OrganizationAccountAccessRole",
        show_default=True,
        help="With --preflight: the role to assume in each account.",
    ),
)

_PREFERENCES: tuple[Option[Any], ...] = (
    click.option(
        "--max-concurrent",
        type=Amounts(least=1),
        default=ALL,
        show_default=True,
        help="How many accounts of a Region to work on at once.",
    ),
    click.option(
        "--failure-tolerance",
        type=Amounts(least=0),
        default=ALL,
        show_default=True,
        help="In how many accounts of a Region it may fail before the rest is cancelled.",
    ),
)

yes_option = click.option("--yes", is_flag=True, help="Go on without being asked.")

by_option = click.option(
    "--by",
    type=click.Choice(["region", "ou"]),
    default="region",
    show_default=True,
    help="Show a bar for each Region or for each organizational unit.",
)


def _apply(command: Command, *options: Option[Any]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def plan_options(command: Command) -> Command:
    """Add the options that say what is rolled out, where to and how."""
    options = (*_WHICH, *_TARGETS, *_DEFINITION, *_PREFERENCES, output_option, aws_options)
    return _apply(command, *options)


def preflight_options(command: Command) -> Command:
    """Add the options of the role check beforehand."""
    return _apply(command, *_PREFLIGHT)


def stack_set_options(command: Command) -> Command:
    """Add the options that say which stack set is meant, and how to print."""
    return _apply(command, *_WHICH, output_option, aws_options)


def which_options(command: Command) -> Command:
    """Add the options that say which stack set is meant."""
    return _apply(command, *_WHICH, aws_options)


def preference_options(command: Command) -> Command:
    """Add the options that say how fast an operation goes, and when it gives up."""
    return _apply(command, *_PREFERENCES)
