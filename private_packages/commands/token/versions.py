"""`private-packages token versions`: which versions a secret has, and since when, never their values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from private_packages.aws.aws import sign_in
from private_packages.aws.tokens import expiry, secret
from private_packages.aws.tokens.secret import Description, Version
from private_packages.commands.options.common import aws_options, output_option
from private_packages.commands.printing import UNKNOWN, ago, iso, moment, print_json
from private_packages.commands.token.subject import find, subject_options

_SHORT = 8
"""So many characters of a version's id are enough to tell a few versions apart."""


@click.command()
@subject_options
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
    """Show the versions of the secret.

    Each with its stages, when it was stored and last read, and on which day its token ends, as far as
    that was said. Builds read the version at AWSCURRENT; private-packages token roll-back exchanges it for
    the one at AWSPREVIOUS. Secrets Manager may delete a version without a stage.

    \b
    Examples:
      private-packages token versions GitHubPackages
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    aws = sign_in(profile, region)
    _, arn = find(aws, stack_name, config, repository_id)
    found = secret.versions(aws, arn)
    if output == "json":
        described = [document(each) | {"last_accessed": iso(each.last_accessed)} for each in found]
        print_json({"id": repository_id, "secret_arn": arn, "versions": described})
        return
    click.echo(f"Secret: {arn}{aws.at_endpoint}")
    for version in found:
        read = f"last read {version.last_accessed:%Y-%m-%d}" if version.last_accessed else "never read"
        click.echo(f"  {line(version)}, {read}")
    if not found:
        click.echo("  no value yet")


def line(version: Version) -> str:
    """Return a version in one line."""
    created = f"{moment(version.created)} ({ago(version.created)})" if version.created else f"time {UNKNOWN}"
    stages = ", ".join(sorted(version.stages)) or "no stage"
    end = f", {expiry.told(version.expires)}" if version.expires else ""
    return f"{version.id[:_SHORT]}  {created}  {stages}{end}"


def lines(versions: Sequence[Version] | None) -> list[str]:
    """Return a line for each version; None where they may not be known."""
    if versions is None:
        return ["  may not be read"]
    return [f"  {line(version)}" for version in versions] or ["  no value yet"]


def show(title: str, description: Description | None) -> None:
    """Print the versions under a title."""
    click.echo(f"{title}:")
    for text in lines(description.versions if description else None):
        click.echo(text)


def documents(description: Description | None) -> list[dict[str, Any]] | None:
    """Return the versions as JSON has them; None where they may not be known."""
    return [document(version) for version in description.versions] if description else None


def document(version: Version) -> dict[str, Any]:
    """Return a version as JSON has it."""
    return {
        "version_id": version.id,
        "stages": sorted(version.stages),
        "created": iso(version.created),
        "expires": version.expires,
    }
