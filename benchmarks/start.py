"""How long `--help` of every command takes: what stands before anything that a command does."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from benchmarks.table import Row, medians, program
from private_packages.main import main
from tests.e2e.terminal import COMMAND

RUNS = 5


def rows() -> Iterator[Row]:
    """Compare each command with the least that the AWS CLI does."""
    names = ["", *_names(main, click.Context(main))]
    tasks = [program(COMMAND, *name.split(), "--help") for name in names]
    *taken, least = medians(RUNS, *tasks, program(Path(sys.executable).with_name("aws"), "--version"))
    for name, seconds in zip(names, taken, strict=True):
        yield Row(
            " ".join(f"private-packages {name}".split()) + " --help",
            seconds,
            peer="aws --version",
            theirs=least,
        )


def _names(group: click.Group, context: click.Context, before: str = "") -> Iterator[str]:
    for name in group.list_commands(context):
        yield f"{before}{name}"
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _names(command, context, f"{before}{name} ")
