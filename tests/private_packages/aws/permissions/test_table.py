"""Each row is true: AWS knows its actions, and the commands call them or it says who does."""

import functools
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from generator.configuration import DEFAULT
from generator.templates import private_packages
from private_packages.aws.permissions.table import COMMANDS, RESOURCES, SOURCES, TABLE, Row, rows
from private_packages.main import COMMANDS as ALL_COMMANDS
from tests import ROOT
from tests.called import ACTIONS

PAGE = ROOT / "docs" / "permissions.md"
BEGINS = "## By command\n"
WITHOUT_AWS = {"template", "permissions"}
CALLED_AS = {action: operation for operation, action in ACTIONS.items()}
EVERY_ROW = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.sid)


@functools.cache
def iam() -> dict[str, Any]:
    """What IAM knows of each service: its actions, and the ARNs that they can be held to."""
    path = files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@functools.cache
def source() -> str:
    folders = (ROOT / "private_packages" / "aws", ROOT / "custom_resource")
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in paths if "permissions" not in path.parts)


def test_every_command_that_calls_aws_is_in_it() -> None:
    assert {*COMMANDS} == {*ALL_COMMANDS} - WITHOUT_AWS
    assert {command for row in TABLE for command in row.commands.split()} == {*COMMANDS}


def test_rows_of_one_sid_can_be_one_statement() -> None:
    assert all(re.fullmatch("[A-Za-z0-9]+", row.sid) for row in TABLE)
    statements = {(row.sid, row.on, row.condition, row.only_with) for row in TABLE}
    assert len(statements) == len({row.sid for row in TABLE})


def test_every_resource_and_source_is_used() -> None:
    assert {name for row in TABLE for name in row.on.split()} == {*RESOURCES}
    assert {row.source for row in TABLE} == {*SOURCES}


@EVERY_ROW
def test_iam_knows_its_actions_and_can_hold_them_to_its_resources(row: Row) -> None:
    """Where IAM cannot, a statement for anything but * allows nothing."""
    for name in row.names:
        service, action = name.split(":")
        kinds = {kind.lower(): found for kind, found in iam()[service]["Resources"].items()}
        formats = [
            re.sub(r"\$\{\w+\}", "[^:]*", arn)
            for kind in iam()[service]["Actions"][action.lower()].get("Resources", [])
            for arn in kinds[kind.lower()]["ARNFormats"]
        ]
        held = any(re.fullmatch(arn, pattern) for arn in formats for pattern in row.resources)
        assert held or {*row.resources} <= {"*", "{role_arn}"}, name


@EVERY_ROW
def test_what_a_command_needs_it_calls_itself_or_the_row_says_who_does(row: Row) -> None:
    """That every call is in the table is seen to by tests/called.py in all tests."""
    if row.needed_by:
        assert SOURCES[row.source]
        return
    for name in row.names:
        operation = CALLED_AS.get(name, name).split(":")[1]
        assert re.search(rf"\b{xform_name(operation)}\b", source()), name


def test_a_handler_is_of_a_resource_that_the_template_has() -> None:
    of_template = {each["Type"] for each in private_packages(DEFAULT).to_dict()["Resources"].values()}
    assert {row.needed_by for row in TABLE if "::" in row.needed_by} == of_template


def test_the_processes_that_tests_start_are_watched_too(tmp_path: Path) -> None:
    assert os.environ["BOTOCORE_EXPERIMENTAL__PLUGINS"].endswith("=tests.called")
    command = [sys.executable, "-c", "import tests.called"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0


def by_command() -> str:
    """Return the generated part of the page."""
    lines = [BEGINS]
    for command in COMMANDS:
        own = [row for row in rows(command) if not row.needed_by]
        lines += [f"### `{command}`", "", "| statement | actions | on |", "| --- | --- | --- |"]
        lines += [_cells(row) for row in own]
        lines.append("")
        if others := [row for row in rows(command) if row.needed_by]:
            lines += ["| statement | actions | on | needed by | source |", "| --- | --- | --- | --- | --- |"]
            lines += [f"{_cells(row)} {row.needed_by} | {_source(row)} |" for row in others]
            lines.append("")
    return "\n".join(lines)


def _cells(row: Row) -> str:
    only = f", with a {row.only_with.replace('_arn', '').replace('_', ' ')}" if row.only_with else ""
    only = only.replace("with a without", "without a")
    actions, on = (", ".join(f"`{each}`" for each in cell) for cell in (row.names, row.resources))
    return f"| {row.sid}{only} | {actions} | {on} |"


def _source(row: Row) -> str:
    """Return where that stands; of an address only the name is shown."""
    return re.sub(r"^https:.*/(.+)\.html$", r"[\1](\g<0>)", SOURCES[row.source])


def test_the_page_shows_it() -> None:
    before, _, _ = PAGE.read_text("utf-8").partition(BEGINS)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(before + by_command(), "utf-8")
    assert PAGE.read_text("utf-8") == before + by_command(), (
        "refresh it with: UPDATE_GOLDEN=1 make test T=tests/private_packages/aws/permissions"
    )
