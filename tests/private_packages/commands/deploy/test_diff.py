"""The diff before a deployment."""

import io
import re
from pathlib import Path

from rich.console import Console

from private_packages.aws.stack.change_set import Action, Change, grave
from private_packages.aws.stack.parameters import HIDDEN, ParameterChange
from private_packages.commands.deploy.diff import counts, print_diff
from tests.generator.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
KEY, SECRET = "AWS::KMS::Key", "AWS::SecretsManager::Secret"
CHANGES = [
    Change(Action.ADD, "AcmePipSecret", SECRET),
    Change(Action.CHANGE, "RoleCheckFunction", "AWS::Lambda::Function", ("Code", "Tags")),
    Change(Action.REPLACE, "AcmeNpmSecret", SECRET, ("Name",), stays=True),
    Change(Action.REPLACE, "KeyAlias", "AWS::KMS::Alias", ("AliasName",), stays=False),
    Change(Action.MAY_REPLACE, "Key", KEY, ("MultiRegion",)),
    Change(Action.MAY_REPLACE, "StackeryRole", "Custom::StackeryRole", ("Recheck",)),
    Change(Action.REMOVE, "AcmeMavenSecret", SECRET, stays=True),
    Change(Action.REMOVE, "AcmeMavenSecretPolicy", "AWS::SecretsManager::ResourcePolicy", stays=False),
    Change(Action.REMOVE, "Other", "AWS::SNS::Topic"),
]
PARAMETERS = [
    ParameterChange("AcmePipSecretName", None, "/acme/pip"),
    ParameterChange("AcmePipToken", None, HIDDEN),
    ParameterChange("AcmeNpmToken", HIDDEN, HIDDEN),
    ParameterChange("AcmeNpmSecretName", "/acme/npm", "/acme/[bold]new"),
    ParameterChange("Recheck", "", "2026-01-01"),
    ParameterChange("OrganizationId", "o-a1b2c3d4e5", ""),
    ParameterChange("AcmeMavenToken", HIDDEN, None),
]


def printed(changes: list[Change], parameters: list[ParameterChange], *, terminal: bool = False) -> str:
    text = io.StringIO()
    console = Console(
        file=text, width=100 if terminal else 10_000, force_terminal=terminal, highlight=False, markup=False
    )
    print_diff(console, changes, parameters)
    return text.getvalue()


def test_the_diff_is_the_committed_one() -> None:
    """Refresh it with: UPDATE_GOLDEN=1 .venv/bin/pytest -k the_committed_one."""
    assert_golden(GOLDEN / "deploy-diff.txt", printed(CHANGES, PARAMETERS))


def test_the_diff_is_coloured_in_a_terminal() -> None:
    text = printed(CHANGES, PARAMETERS, terminal=True)
    assert "\x1b[32m  + AcmePipSecret" in text
    assert "\x1b[33m  ~ RoleCheckFunction" in text
    assert "\x1b[1;31m  ! AcmeNpmSecret" in text
    assert "\x1b[31m  - AcmeMavenSecret" in text


def test_what_does_not_fit_on_a_line_is_indented() -> None:
    lines = printed(CHANGES, PARAMETERS, terminal=True).splitlines()
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert max(len(line) for line in plain) <= 100
    first = next(number for number, line in enumerate(plain) if line.startswith("  ! AcmeNpmSecret"))
    assert plain[first + 1].startswith("      ")
    assert plain[first + 2].startswith("    Builds read a new secret")
    assert plain[first + 3].startswith("    ")


def test_without_parameters_there_is_no_such_heading() -> None:
    assert "Parameters" not in printed(CHANGES[:1], [])


def test_only_what_holds_tokens_is_grave() -> None:
    assert [change.logical_id for change in grave(CHANGES)] == ["AcmeNpmSecret", "Key"]


def test_the_counts() -> None:
    assert counts(CHANGES) == {
        "added": 1,
        "changed": 1,
        "replaced": 2,
        "may_be_replaced": 2,
        "removed": 3,
        "imported": 0,
    }
