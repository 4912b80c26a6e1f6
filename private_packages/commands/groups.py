"""Groups of subcommands, each found only when it is called: the ones that talk to AWS take long to load."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from generator.errors import GeneratorError
from private_packages.aws.errors import UserError


class LazyGroup(click.Group):
    """A group whose subcommands are the `command` of the modules of the same names in a package.

    Where such a module is a folder, its own module `command` has it, unless it is a group itself.
    """

    def __init__(self, *args: Any, package: str, lines: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.package = package
        self.lines = lines
        """Each subcommand and its line in the help, so that the help need not import them all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the subcommands."""
        return list(self.lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand of this name, if there is one."""
        if cmd_name not in self.lines:
            return None
        name = f"{self.package}.{cmd_name}"
        command = getattr(import_module(name), "command", None)
        if not isinstance(command, click.Command):
            command = import_module(f"{name}.command").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what its user can mend is told in a sentence."""
        try:
            return super().invoke(ctx)
        except (GeneratorError, UserError) as error:
            raise click.ClickException(str(error)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.lines.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the subcommands that begin so, without importing them, and else the options."""
        names = [
            CompletionItem(name, help=line)
            for name, line in self.lines.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)
