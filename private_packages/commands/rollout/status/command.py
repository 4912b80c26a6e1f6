"""`private-packages rollout status`: show what became of a stack set's instances, and why."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from private_packages.aws.organization.organization_check import ROLE_NAME
from private_packages.aws.stack_sets import instances, role_versions
from private_packages.aws.stack_sets.instances import Outcome
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands import files
from private_packages.commands.printing import print_json, result_console
from private_packages.commands.rollout.options import which_options
from private_packages.commands.rollout.request import existing_stack_set
from private_packages.commands.rollout.status import document, page, text
from private_packages.commands.rollout.status.report import Report


@click.command()
@which_options
@click.option("--failed", is_flag=True, help="Show only the instances that are not done.")
@click.option(
    "--versions",
    "read_versions",
    is_flag=True,
    help="Read the Stackery Role's version in each account that is done, too.",
)
@click.option(
    "--role-name",
    metavar="NAME",
    default=ROLE_NAME,
    show_default=True,
    help="The role to assume in each account for --versions.",
)
@click.option(
    "--html",
    "page_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page for the browser as well: one file, to send to the owners of the accounts.",
)
@click.option(
    "--output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How to print the result: for people, for programs, or for a spreadsheet.",
)
def command(
    failed: bool,
    read_versions: bool,
    role_name: str,
    page_file: Path | None,
    output: str,
    **options: Any,
) -> None:
    """Show which accounts are done, which failed and why.

    What went wrong comes first, grouped by its reason; then a line for each account and Region. Instances
    that were cancelled suffered from the failures of others: nothing is wrong there.

    The exit code is 0 when all instances are done or their accounts suspended, else 1.

    \b
    Examples:
      private-packages rollout status
      private-packages rollout status --failed --output csv
      private-packages rollout status --html status.html
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if page_file == Path():
        raise click.UsageError("--html names no file: name the one to write.")
    report = _report(existing_stack_set(options), role_name if read_versions else None)
    if failed:
        left = [instance for instance in report.instances if instance.outcome is not Outcome.DONE]
        report = replace(report, instances=left)
    if page_file:
        files.replace(page_file, page.render(report, datetime.now(UTC)))
    _show(report, output)
    if page_file:
        click.echo(f"Wrote {page_file}", err=True)
    click.get_current_context().exit(0 if report.is_complete else 1)


def _report(stack_set: StackSet, role_name: str | None) -> Report:
    """Read the stack set, and the versions where there is a role to read them with."""
    aws = stack_set.aws
    found = instances.list_all(stack_set, instances.account_names(aws))
    if role_name:
        roles = aws.roles(role_name, actions=role_versions.ACTIONS, connections=role_versions.AT_ONCE)
        found = role_versions.add(found, roles.assume)
    return Report(
        stack_set=stack_set.name,
        region=aws.region,
        account=aws.identity.account,
        counts=instances.count(found),
        groups=instances.group(found),
        instances=found,
    )


def _show(report: Report, output: str) -> None:
    if output == "json":
        print_json(document.document(report))
    elif output == "csv":
        click.echo(document.table(report), nl=False)
    else:
        click.echo(text.render(report, result_console()))
