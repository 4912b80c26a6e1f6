"""`private-packages token roll-back`: make the previous token the current one again."""

from pathlib import Path

import click

from private_packages import invocation
from private_packages.aws.aws import sign_in
from private_packages.aws.tokens import stored_token
from private_packages.commands.options.common import aws_options, output_option
from private_packages.commands.printing import print_json
from private_packages.commands.question import confirm
from private_packages.commands.token.subject import find, subject_options
from private_packages.commands.token.versions import documents, show


@click.command()
@subject_options
@click.option("--yes", is_flag=True, help="Exchange the versions without asking.")
@output_option
@aws_options
def command(
    repository_id: str,
    config: Path | None,
    stack_name: str,
    yes: bool,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Make the previous token the current one again.

    Exchanges the versions of the secret at AWSCURRENT and AWSPREVIOUS in one step: builds read the one or the
    other. Asks before. A second time takes it back.

    \b
    Examples:
      private-packages token roll-back GitHubPackages
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    aws = sign_in(profile, region)
    _, arn = find(aws, stack_name, config, repository_id)
    before = stored_token.describe_for_roll_back(aws, arn, repository_id)
    if output == "text":
        click.echo(f"Secret: {arn}{aws.at_endpoint}")
        show("Before", before)
    confirm(f"Let builds read the previous token of {repository_id} again?", yes=yes)
    stored_token.roll_back(aws, before, repository_id)
    after = stored_token.describe_if_allowed(aws, arn)
    if output == "json":
        document = {"id": repository_id, "secret_arn": arn, "changed": True}
        print_json(document | {"before": documents(before), "after": documents(after)})
        return
    show("After", after)
    again = invocation.command("token roll-back", repository_id)
    click.echo(f"Rolled back: builds read the previous token from now on. To take that back: `{again}`")
