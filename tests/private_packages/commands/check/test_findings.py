"""How what the role check found is printed."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from private_packages.aws.organization.account_check import Finding, Verdict
from private_packages.aws.organization.build_check import BuildAccess
from private_packages.commands.check import findings

STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/stackery/1"
READY = Finding("111122223333", Verdict.READY, "1.25.0", STACK, "o-a1b2c3d4e5")
MISSING = Finding("444455556666", Verdict.MISSING, next_step="Install the Stackery Role.")
NAMES = {"111122223333": "build", "444455556666": "株式会社"}


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100, color_system=None)


def printed(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_what_is_not_known_is_null_for_programs() -> None:
    assert findings.document(MISSING) == {
        "account": "444455556666",
        "name": None,
        "verdict": "without the Stackery Role",
        "version": None,
        "region": None,
        "stack_id": None,
        "organization_id": None,
        "build_roles": None,
        "next_step": "Install the Stackery Role.",
    }
    assert findings.document(READY, "build")["region"] == "eu-west-1"


def test_what_is_not_known_is_unknown_for_people(console: Console) -> None:
    findings.print_finding(console, MISSING, {"Stack": "", "Version": "unknown (needed: 1.25.0 or newer)"})
    assert printed(console) == (
        "Account       444455556666\n"
        "Organization  unknown\n"
        "Stack         unknown\n"
        "Version       unknown (needed: 1.25.0 or newer)\n"
        "Verdict       without the Stackery Role\n"
        "\nInstall the Stackery Role.\n"
    )


def test_many_are_aligned_whatever_their_letters(console: Console) -> None:
    findings.print_findings(console, [READY, MISSING], NAMES)
    assert printed(console).splitlines() == [
        "Verdict                    Account       Name      Version  Region",
        "without the Stackery Role  444455556666  株式会社",
        "ready                      111122223333  build     1.25.0   eu-west-1",
        "",
        "Next, in account 444455556666: Install the Stackery Role.",
    ]


def test_without_the_role_check_there_is_not_a_word_of_stackery(console: Console) -> None:
    found = [
        Finding("111122223333", Verdict.READY, build_roles=["ci/builder", "jenkins"]),
        Finding("444455556666", Verdict.NO_ROLE, next_step="Create a build role."),
    ]
    assert findings.documents(found, BuildAccess.verdicts, NAMES, 0)["summary"] == {
        "ready": 1,
        "secrets not opened": 0,
        "role may not read": 0,
        "without a build role": 1,
        "not reachable": 0,
    }
    assert findings.document(found[0])["build_roles"] == "ci/builder jenkins"
    findings.print_findings(console, found, NAMES)
    assert printed(console).splitlines()[:3] == [
        "Verdict               Account       Name      Build roles",
        "without a build role  444455556666  株式会社",
        "ready                 111122223333  build     ci/builder jenkins",
    ]


def test_what_is_the_same_for_many_is_said_once(console: Console) -> None:
    old = [
        Finding(account, Verdict.UPGRADE, next_step=f"Upgrade it in account {account}: it has 1.2{number}.0.")
        for number, account in enumerate(NAMES)
    ]
    findings.print_findings(console, [*old, replace(MISSING, account="111122223333")], NAMES)
    assert printed(console).splitlines()[-3:] == [
        "Next, in 2 accounts: Upgrade it in account …: it has …",
        "",
        "Next, in account 111122223333: Install the Stackery Role.",
    ]


def test_the_last_line_counts(console: Console) -> None:
    findings.print_summary(console, [READY, MISSING], 2)
    assert printed(console) == (
        "Left out: 2 suspended or being closed.\n1 ready, 1 without the Stackery Role\n"
    )
