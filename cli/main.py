"""The command `private-packages` itself: finds a subcommand's module only when that subcommand is called."""

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from generator import __version__
from generator.errors import GeneratorError
from rollout.errors import RolloutError

COMMANDS = {
    "template": "Write the CloudFormation templates.",
    "hook": "Write the pre-build hook that lets a build install private packages.",
}
"""Each subcommand and its line in the help, so that the help need not import them all."""


class LazyGroup(click.Group):
    """Imports a subcommand when it is used: the ones that talk to AWS take long to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand of this name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what its user can mend is told in a sentence."""
        try:
            return super().invoke(ctx)
        except (GeneratorError, RolloutError) as error:
            raise click.ClickException(str(error)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="private-packages")
def main() -> None:
    """Give the builds of an AWS Organization access to private packages.

    One CloudFormation template keeps the tokens of your private package repositories in one account, lets the
    builds of your organization read them, and refuses to be deployed where the Stackery Role is too old.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is: no terminal has all characters
