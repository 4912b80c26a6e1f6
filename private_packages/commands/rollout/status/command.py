"""`private-packages rollout status`: show what became of a stack set's instances, and why."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import names
from private_packages.aws.organization import members
from private_packages.aws.organization.organization_check import ROLE_NAME
from private_packages.aws.stack_sets import overview
from private_packages.aws.stack_sets.existing import operations
from private_packages.aws.stack_sets.instances import Outcome
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands import files
from private_packages.commands.options.common import table_output_option
from private_packages.commands.printing import print_json, result_console
from private_packages.commands.rollout.options import StackSetOptions, which_options
from private_packages.commands.rollout.status import document, page, text


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
@table_output_option
def command(
    *,
    options: StackSetOptions,
    failed: bool,
    read_versions: bool,
    role_name: str,
    page_file: Path | None,
    output: str,
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
    if read_versions and options.template == names.BUILD_ACCOUNT:
        raise click.UsageError(f"--versions: the template {options.template} checks no role: leave it out.")
    if page_file == Path():
        raise click.UsageError("--html names no file: name the one to write.")
    stack_set = options.stack_set()
    # In this order: what the instances say after the end is final.
    last = next(iter(operations(stack_set)), None) if page_file else None
    found = overview.read(stack_set, role_name if read_versions else None)
    if page_file:
        paths = members.paths(stack_set.aws, {each.unit for each in found.instances if each.unit})
        files.replace(page_file, page.render(found, last, paths, datetime.now(UTC)))
    if failed:
        left = [instance for instance in found.instances if instance.outcome is not Outcome.DONE]
        found = replace(found, instances=left)
    _show(found, output)
    if page_file:
        click.echo(f"Wrote {page_file}", err=True)
    click.get_current_context().exit(0 if found.is_complete else 1)


def _show(found: Overview, output: str) -> None:
    if output == "json":
        print_json(document.document(found))
    elif output == "csv":
        click.echo(document.table(found), nl=False)
    else:
        click.echo(text.render(found, result_console()))
