"""The command itself: its help, its version, and what it says to a wrong use."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from generator import __version__
from private_packages.main import COMMANDS, main
from tests import ROOT
from tests.generator.golden import assert_golden
from tests.private_packages.conftest import Run, run_process

GOLDEN = Path(__file__).parent / "golden"


def commands(group: click.Command = main, *words: str) -> Iterator[list[str]]:
    """The words that lead to each command."""
    yield [*words]
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            subcommand = group.get_command(context, name)
            assert subcommand is not None
            yield from commands(subcommand, *words, name)


EVERY_COMMAND = pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)


@EVERY_COMMAND
def test_the_help_is_the_committed_one(run: Run, arguments: list[str]) -> None:
    """Refresh it with: UPDATE_GOLDEN=1 .venv/bin/pytest tests/private_packages/test_main.py."""
    result = run(*arguments, "--help")
    assert result.exit_code == 0
    assert_golden(GOLDEN / f"{'-'.join(['private-packages', *arguments])}.help.txt", result.output)


@EVERY_COMMAND
def test_the_help_has_a_short_name(run: Run, arguments: list[str]) -> None:
    assert run(*arguments, "-h").output == run(*arguments, "--help").output


@pytest.mark.parametrize(("name", "line"), list(COMMANDS.items()))
def test_the_line_about_a_subcommand_is_the_first_of_its_help(run: Run, name: str, line: str) -> None:
    assert f"\n  {line}\n\n" in run(name, "--help").output


def test_the_version(run: Run) -> None:
    assert run("--version").output == f"private-packages, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["templates"],
        ["template", "--no-such-option"],
        ["template", "unexpected"],
        ["template", "--format", "toml"],
        ["template", "--output", "xml"],
        ["template", "--stdout", "hook"],
        ["template", "--stdout", "role-check", "--check"],
        ["template", "--config"],
    ],
)
def test_a_wrong_use_is_told_with_exit_code_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.search(r"^Error: .+$", result.stderr, re.MULTILINE)


def test_without_a_subcommand_it_shows_the_help(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert result.stderr == run("--help").stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["no-such-command"]])
def test_what_needs_no_aws_and_no_template_loads_neither(arguments: list[str]) -> None:
    program = f"""
import sys
from private_packages.main import main
try:
    main({arguments!r})
finally:
    slow = {{"boto3", "botocore", "troposphere", "pydantic", "yaml"}} & set(sys.modules)
    print("loaded:", sorted(slow))
"""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stdout.endswith("loaded: []\n")


def test_template_does_not_load_boto3(tmp_path: Path) -> None:
    program = """
import sys
from private_packages.main import main
main(["template"], standalone_mode=False)
print("loaded:", sorted({"boto3", "botocore"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.endswith("loaded: []\n")


def test_it_is_installed_as_private_packages(tmp_path: Path) -> None:
    ended = run_process("--version", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout == f"private-packages, version {__version__}\n".encode()
