"""`private-packages token set`: store a new token."""

from datetime import date
from pathlib import Path

import click

from private_packages import invocation
from private_packages.aws.aws import sign_in
from private_packages.aws.errors import TokenError
from private_packages.aws.tokens import expiry, stored_token
from private_packages.aws.tokens.token import Token
from private_packages.commands.options.common import aws_options, output_option
from private_packages.commands.printing import print_json
from private_packages.commands.token.subject import find, subject_options
from private_packages.commands.token.typed import piped_token, typed_token
from private_packages.commands.token.versions import documents, show


def _day(_context: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else expiry.parse(text)
    except TokenError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@subject_options
@click.option(
    "--expires",
    metavar="DATE",
    callback=_day,
    help="The day on which the token ends, in UTC: YYYY-MM-DD.  [default: what a JSON Web Token says]",
)
@output_option
@aws_options
def command(
    repository_id: str,
    config: Path | None,
    stack_name: str,
    expires: date | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Store a new token.

    Puts it into the repository's secret as the current version; builds read it from then on, and the stack
    stays as it is. ID is the repository's id in the configuration. Asks for the token without echo, or reads
    it from standard input. With the day on which it ends, builds warn from 14 days before.

    \b
    Examples:
      private-packages token set GitHubPackages
      private-packages token set GitHubPackages --expires 2027-02-01
      pass show github/packages | private-packages token set GitHubPackages
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    piped = piped_token()
    aws = sign_in(profile, region, has_tokens=True)
    repository, arn = find(aws, stack_name, config, repository_id)
    before = stored_token.describe_for_change(aws, arn)
    if output == "text":
        click.echo(f"Secret: {arn}{aws.at_endpoint}")
        show("Before", before)
    token = piped or _ask(repository_id)
    _tell_its_own_end(token, expires)
    try:
        stored = stored_token.store(aws, arn, token, repository.token_key, repository_id, expires)
    except KeyboardInterrupt as stop:
        raise click.ClickException(
            "Stopped while the token was being stored: see with"
            f" `{invocation.command('token check', repository_id)}` whether it was."
        ) from stop
    after = stored_token.describe_if_allowed(aws, arn) if stored else before
    for note in stored.warnings if stored else []:
        click.echo(f"Note: {note}", err=True)
    had_end = before and before.current and before.current.expires
    if stored and had_end and not (expires or token.expires):
        click.echo(
            "Note: builds will not warn of the end of this token: to be warned, give --expires.", err=True
        )
    if output == "json":
        print_json(
            {
                "id": repository_id,
                "secret_arn": arn,
                "changed": stored is not None,
                "before": documents(before),
                "after": documents(after),
            }
        )
    elif stored:
        show("After", after)
        click.echo("Stored: builds read the new token from now on.")
    else:
        click.echo("The secret holds this token already: nothing was changed.")


def _ask(repository_id: str) -> Token:
    try:
        return typed_token(f"Token of {repository_id}")
    except (click.Abort, KeyboardInterrupt) as stop:
        raise click.ClickException("Stopped: nothing was changed.") from stop


def _tell_its_own_end(token: Token, expires: date | None) -> None:
    if token.expires and token.expires != expires:
        instead = f", which is taken instead of {expires}" if expires else ""
        click.echo(f"Note: the token says itself that it {expiry.told(token.expires)}{instead}.", err=True)
