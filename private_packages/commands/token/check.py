"""`private-packages token check`: see whether the stored token can be used."""

from pathlib import Path
from typing import Any

import click

from private_packages.aws.aws import sign_in
from private_packages.aws.tokens import stored_token
from private_packages.aws.tokens.stored_token import Check
from private_packages.commands.configured import of_stack
from private_packages.commands.options.common import (
    aws_options,
    config_option,
    output_option,
    stack_name_option,
)
from private_packages.commands.printing import UNKNOWN, iso, moment, print_json
from private_packages.commands.token.subject import find, repository_argument, secret_of
from private_packages.commands.token.versions import document, line


@click.command()
@repository_argument
@config_option
@stack_name_option
@output_option
@aws_options
@click.pass_context
def command(
    context: click.Context,
    repository_id: str,
    config: Path | None,
    stack_name: str,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """See whether the stored token can be used.

    Reads the token of the repository with this ID as far as these credentials may, and reports everything but
    the token: version, age, length, and what would keep a build from using it. Fails where a build could not
    use it, or where that is not known. Whether a build may read it: private-packages verify.

    \b
    Examples:
      private-packages token check GitHubPackages
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    aws = sign_in(profile, region, has_tokens=True)
    repository = find(of_stack(aws, stack_name, config, must_agree=False), repository_id)
    arn = secret_of(repository, aws, stack_name)
    found = stored_token.check(aws, arn, repository.token_key, repository_id)
    if output == "json":
        print_json({"id": repository_id, "secret_arn": arn} | _document(found))
    else:
        click.echo(f"Secret: {arn}{aws.at_endpoint}")
        _show(found)
    if found.problems:
        context.exit(1)


def _show(found: Check) -> None:
    if found.description is None:
        click.echo(f"Deletion: {UNKNOWN}, the secret may not be described")
    elif found.description.deleted:
        click.echo(f"Deletion: {moment(found.description.deleted)}")
    if found.version:
        click.echo(f"Version: {line(found.version)}")
    if found.inspection and found.inspection.length is not None:
        kind = "JSON, " if found.inspection.kind == "json" else ""
        click.echo(f"Token: {kind}{found.inspection.length:,} characters")
    for warning in found.inspection.warnings if found.inspection else []:
        click.echo(f"Warning: {warning}")
    click.echo(f"Not usable: {' '.join(found.problems)}" if found.problems else "Usable.")


def _document(found: Check) -> dict[str, Any]:
    inspection, description = found.inspection, found.description
    return {
        "usable": not found.problems,
        "version": document(found.version) if found.version else None,
        "kind": inspection.kind if inspection else None,
        "length": inspection.length if inspection else None,
        "deleted": iso(description.deleted) if description else None,
        "problems": found.problems,
        "warnings": inspection.warnings if inspection else [],
    }
