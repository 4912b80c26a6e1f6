"""`private-packages token set`: store a new token."""

from pathlib import Path
from typing import Any

import click

from private_packages import invocation
from private_packages.aws.aws import sign_in
from private_packages.aws.tokens import stored_token
from private_packages.aws.tokens.secret import Description
from private_packages.aws.tokens.token import Token
from private_packages.commands.configured import of_stack
from private_packages.commands.options.common import (
    aws_options,
    config_option,
    output_option,
    stack_name_option,
)
from private_packages.commands.printing import print_json
from private_packages.commands.token.subject import find, repository_argument, secret_of
from private_packages.commands.token.typed import piped_token, typed_token
from private_packages.commands.token.versions import document, lines


@click.command()
@repository_argument
@config_option
@stack_name_option
@output_option
@aws_options
def command(
    repository_id: str,
    config: Path | None,
    stack_name: str,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Store a new token.

    Puts it into the repository's secret as the current version; builds read it from then on, and the stack
    stays as it is. ID is the repository's id in the configuration. Asks for the token without echo, or reads
    it from standard input.

    \b
    Examples:
      private-packages token set GitHubPackages
      pass show github/packages | private-packages token set GitHubPackages
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    piped = piped_token()
    aws = sign_in(profile, region, has_tokens=True)
    repository = find(of_stack(aws, stack_name, config, must_agree=False), repository_id)
    arn = secret_of(repository, aws, stack_name)
    before = stored_token.describe_for_change(aws, arn)
    if output == "text":
        click.echo(f"Secret: {arn}{aws.at_endpoint}")
        _show("Before", before)
    token = piped or _ask(repository_id)
    try:
        stored = stored_token.store(aws, arn, token, repository.token_key, repository_id)
    except KeyboardInterrupt as stop:
        raise click.ClickException(
            "Stopped while the token was being stored: see with"
            f" `{invocation.command('token check', repository_id)}` whether it was."
        ) from stop
    after = stored_token.describe_if_allowed(aws, arn) if stored else before
    for note in stored.warnings if stored else []:
        click.echo(f"Note: {note}", err=True)
    if output == "json":
        print_json(
            {
                "id": repository_id,
                "secret_arn": arn,
                "changed": stored is not None,
                "before": _documents(before),
                "after": _documents(after),
            }
        )
    elif stored:
        _show("After", after)
        click.echo("Stored: builds read the new token from now on.")
    else:
        click.echo("The secret holds this token already: nothing was changed.")


def _ask(repository_id: str) -> Token:
    try:
        return typed_token(f"Token of {repository_id}")
    except (click.Abort, KeyboardInterrupt) as stop:
        raise click.ClickException("Stopped: nothing was changed.") from stop


def _show(title: str, description: Description | None) -> None:
    click.echo(f"{title}:")
    for line in lines(description.versions if description else None):
        click.echo(line)


def _documents(description: Description | None) -> list[dict[str, Any]] | None:
    """Return the versions as JSON has them; None where they may not be known."""
    return [document(version) for version in description.versions] if description else None
