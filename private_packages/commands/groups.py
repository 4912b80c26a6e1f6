"""Groups of subcommands, each found only when it is called: the ones that talk to AWS take long to load."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from generator.errors import GeneratorError
from private_packages.aws.errors import UserError
from private_packages.commands.failures import show_traceback, told
from private_packages.commands.masking import masked
from private_packages.invocation import Invocation, running

_WORDS = "private_packages.words"
"""Where the contexts of one call keep the words of its command line."""


class LazyGroup(click.Group):
    """A group whose subcommands are the `command` of a package's modules of the same names, with _ for -.

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
        name = f"{self.package}.{cmd_name.replace('-', '_')}"
        command = getattr(import_module(name), "command", None)
        if not isinstance(command, click.Command):
            command = import_module(f"{name}.command").command
        command.context_class = _Context
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words of the command line, and show none of them that may be a token."""
        words = ctx.meta.setdefault(_WORDS, list(args))
        with _masking(words):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what its user can fix is told in a sentence."""
        with _masking(ctx.meta[_WORDS]):
            try:
                return super().invoke(ctx)
            except (GeneratorError, UserError) as error:
                show_traceback(error, ctx.meta[_WORDS])
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


class Program(LazyGroup):
    """The outermost group, which no error leaves as it was raised."""

    def main(self, args: Sequence[str] | None = None, *arguments: Any, **options: Any) -> Any:
        """Run the command, and forget the tokens that it was given when it has ended."""
        try:
            return copy_context().run(self._main, args, *arguments, **options)
        finally:
            if args is None:
                _leave_at_once()

    def _main(self, args: Sequence[str] | None, *arguments: Any, **options: Any) -> Any:
        with told(sys.argv[1:] if args is None else args):
            return super().main(args, *arguments, **options)


def _leave_at_once() -> None:
    """End the process if calls are still under way that nobody waits for: Python itself would wait."""
    if threading.active_count() > 1:
        code = getattr(sys.exception(), "code", 1)
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


@contextmanager
def _masking(words: Sequence[str]) -> Iterator[None]:
    """Keep what may be a token among these words out of what is raised."""
    try:
        yield
    except click.ClickException as error:
        error.message = masked(  # type: ignore[misc]
            error.message, words, known_only=not isinstance(error, click.UsageError)
        )
        raise


class _Context(click.Context):
    """The context of a subcommand, whose options are those of the invocation at hand while it runs."""

    def invoke(self, callback: Any, /, *arguments: Any, **options: Any) -> Any:
        """Call the subcommand's function."""
        # A group only leads to one of its subcommands, which has a context of its own.
        if isinstance(self.command, click.Group):
            return super().invoke(callback, *arguments, **options)
        with running(Invocation(_name(self), dict(_given(self)))):
            return super().invoke(callback, *arguments, **options)


def _name(context: click.Context) -> str:
    """Return what a subcommand is called, without the program's name: token set."""
    parent = context.parent
    return f"{_name(parent)} {context.info_name}".strip() if parent else ""


def _given(context: click.Context) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each parameter that the command line gave, with the words that give it again."""
    for parameter in context.command.params:
        name = str(parameter.name)
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            yield name, list(_words(parameter, context.params.get(name)))


def _words(parameter: click.Parameter, value: Any) -> Iterator[str]:
    if isinstance(parameter, click.Option) and parameter.is_flag:
        yield parameter.opts[0] if value else (parameter.secondary_opts or parameter.opts)[0]
        return
    values = value if isinstance(value, tuple) else (value,)
    # A callback may have made several values of one word: Regions with commas between them.
    for word in values if parameter.multiple else [",".join(str(each) for each in values)]:
        if isinstance(parameter, click.Option):
            yield parameter.opts[0]
        yield str(word)
