"""How subcommands print what a check found."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from private_packages.aws.organization.account_check import Finding, Verdict, by_need, count, summary
from private_packages.aws.stack_sets.reasons import common, pattern
from private_packages.commands.printing import UNKNOWN, aligned, csv_table, print_facts

_STYLES = {Verdict.READY: "green", Verdict.UNREACHABLE: "yellow"}
_OTHERWISE = "red"


def document(finding: Finding, name: str | None = None) -> dict[str, str | None]:
    """Return a finding for programs; what is not known is None."""
    values = {
        "account": finding.account,
        "name": name,
        "verdict": str(finding.verdict),
        "version": finding.version,
        "region": finding.region,
        "stack_id": finding.stack_id,
        "organization_id": finding.organization_id,
        "build_roles": " ".join(finding.build_roles),
        "next_step": finding.next_step,
    }
    return {field: value or None for field, value in values.items()}


def documents(
    findings: Sequence[Finding], verdicts: Sequence[Verdict], names: Mapping[str, str], left_out: int
) -> dict[str, Any]:
    """Return many findings for programs; verdicts are those that there can be."""
    return {
        "summary": {str(verdict): number for verdict, number in count(findings, verdicts).items()},
        "left_out": left_out,
        "accounts": [document(finding, names[finding.account]) for finding in by_need(findings)],
    }


def print_csv(rows: Sequence[Mapping[str, str | None]]) -> None:
    """Print findings, of which there is at least one, as CSV with a line that names the fields."""
    click.echo(csv_table([*rows[0]], rows), nl=False)


def print_finding(
    console: Console, finding: Finding, details: Mapping[str, str], at_endpoint: str = ""
) -> None:
    """Print one finding.

    Args:
        console: where.
        finding: the finding.
        details: what is to be told between organization and verdict, by its label.
        at_endpoint: where else than at AWS it was found.
    """
    facts = (
        ("Account", Text(f"{finding.account}{at_endpoint}")),
        ("Organization", Text(finding.organization_id or UNKNOWN)),
        *((label, Text(text or UNKNOWN)) for label, text in details.items()),
        ("Verdict", Text(finding.verdict, _style(finding.verdict))),
    )
    print_facts(console, facts)
    if finding.next_step:
        console.print(Text(f"\n{finding.next_step}"))


def print_findings(console: Console, findings: Sequence[Finding], names: Mapping[str, str]) -> None:
    """Print many findings, those that need work first, and below them once what is to be done for several."""
    findings = by_need(findings)
    rows = [
        (
            finding.verdict,
            finding.account,
            names[finding.account],
            finding.version or "",
            finding.region or "",
            " ".join(finding.build_roles),
        )
        for finding in findings
    ]
    columns = zip(("Verdict", "Account", "Name", "Version", "Region", "Build roles"), *rows, strict=True)
    header, *lines = aligned(list(zip(*(each for each in columns if any(each[1:])), strict=True)))
    console.print(Text("  ".join(header).rstrip(), "bold"))
    for finding, cells in zip(findings, lines, strict=True):
        line = Text("  ".join(cells).rstrip())
        line.stylize(_style(finding.verdict), 0, len(cells[0]))
        console.print(line)
    steps: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        if finding.next_step:
            steps.setdefault(pattern(finding.next_step), []).append(finding)
    for group in steps.values():
        where = f"in account {group[0].account}" if len(group) == 1 else f"in {len(group):,} accounts"
        console.print(Text(f"\nNext, {where}: {common([finding.next_step for finding in group])}"))


def print_summary(console: Console, findings: Sequence[Finding], left_out: int) -> None:
    """Print how many accounts there are of each kind."""
    if left_out:
        console.print(Text(f"Left out: {left_out} suspended or being closed."))
    console.print(Text(summary(findings), "bold"))


def _style(verdict: Verdict) -> str:
    return _STYLES.get(verdict, _OTHERWISE)
