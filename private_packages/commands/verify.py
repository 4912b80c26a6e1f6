"""`private-packages verify`: see whether this identity can read the tokens as a build does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from generator.configuration import DEFAULT, Configuration
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.stack import stack
from private_packages.aws.tokens.diagnosis import Facts
from private_packages.aws.tokens.verification import Attempt, Target, verify
from private_packages.commands import configured
from private_packages.commands.files import find_configuration
from private_packages.commands.options.common import aws_options, config_option, output_option
from private_packages.commands.options.secret_arns import (
    deployed_arns,
    from_stack_option,
    given_arns,
    named_stack,
    secret_arn_option,
)
from private_packages.commands.printing import print_json
from private_packages.commands.token.versions import document, line

NO_FILE = "Note: there is no repositories.yaml here, so which roles may read is not known, nor any token_key."


@click.command()
@config_option
@secret_arn_option
@from_stack_option
@click.option(
    "--role-arn",
    metavar="ARN",
    help="Assume this role and read as it: a build role that trusts these credentials.",
)
@output_option
@aws_options
@click.pass_context
def command(
    context: click.Context,
    config: Path | None,
    secret_arns: tuple[str, ...],
    stack_name: str | None,
    role_arn: str | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """See whether this identity can read the tokens as a build does.

    Reads each token just as the hook does, keeps none and shows none. Where one cannot be read, says which
    link is broken, as far as AWS tells: the identity's own policy, the secret's, the key's or the
    organization's, a wrong ARN, a missing value, the network. Where one can, says whether it is usable.

    Run it as the build role: in a build, or with --role-arn.

    \b
    Examples:
      private-packages verify --secret-arn GitHubPackages=arn:aws:secretsmanager:…
      private-packages verify --stack-name private-packages --role-arn arn:aws:iam::…:role/…
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if secret_arns and stack_name:
        raise click.UsageError(
            "--secret-arn and --stack-name both say which secrets to read: leave one of them out."
        )
    configuration: Configuration | None
    if stack_name := named_stack(stack_name, secret_arns):
        aws = sign_in(profile, region, has_tokens=True)
        description = stack.get(aws, stack_name)
        configuration = configured.of_stack(aws, stack_name, config, must_agree=False)
        arns = deployed_arns(configuration, aws, description)
        admitted = stack.outputs(description).get("OrganizationId", "")
    else:
        configuration, admitted = find_configuration(config), ""
        if configuration is None:
            click.echo(NO_FILE, err=True)
        arns = given_arns(configuration, secret_arns)
        aws = sign_in(profile, region, has_tokens=True)
    token_keys = {each.id: each.token_key for each in configuration.repositories} if configuration else {}
    targets = [Target(name, arn, token_keys.get(name)) for name, arn in arns.items()]
    known = configuration or DEFAULT
    facts = Facts(
        known.build_roles,
        known.organization_paths,
        admitted,
        has_role_check=known.has_role_check,
        are_assumed=configuration is None,
    )
    attempts, facts = verify(aws.assume(role_arn) if role_arn else aws, targets, facts)
    if output == "json":
        print_json(_document(attempts, facts))
    else:
        _show(aws, attempts, facts)
    if not all(attempt.succeeded for attempt in attempts):
        context.exit(1)


def _show(aws: Aws, attempts: Sequence[Attempt], facts: Facts) -> None:
    caller = facts.caller_arn or "an identity that AWS could not be asked for"
    click.echo(f"Reading as {caller}{aws.at_endpoint}")
    if facts.is_build_role is False:
        click.echo(
            "Note: this is none of the build roles, so what it can read tells nothing of builds.", err=True
        )
    for attempt in attempts:
        colour = "green" if attempt.succeeded else "red"
        click.secho(f"{attempt.target.repository_id}: {attempt.diagnosis.link}", fg=colour)
        click.echo(f"  {attempt.target.secret_arn}")
        if attempt.version:
            click.echo(f"  {line(attempt.version)}")
        if not attempt.succeeded:
            click.echo(f"  {attempt.diagnosis.explanation}")
        for warning in attempt.inspection.warnings if attempt.inspection else []:
            click.echo(f"  Warning: {warning}")
        if attempt.aws_said:
            click.echo(f"  AWS: {attempt.aws_said}")
    steps: dict[str, list[str]] = {}
    for attempt in attempts:
        if not attempt.succeeded:
            steps.setdefault(attempt.diagnosis.next_step, []).append(attempt.target.repository_id)
    for step, ids in steps.items():
        click.echo(f"Next, for {', '.join(ids)}: {step}")
    usable = sum(attempt.succeeded for attempt in attempts)
    click.echo(f"{usable} of {len(attempts)} usable here.")


def _document(attempts: Sequence[Attempt], facts: Facts) -> dict[str, Any]:
    return {
        "caller_arn": facts.caller_arn or None,
        "is_build_role": facts.is_build_role,
        "organization_id": facts.organization_id or None,
        "admitted_organization_id": facts.admitted_organization_id or None,
        "tokens": [
            {
                "id": attempt.target.repository_id,
                "secret_arn": attempt.target.secret_arn,
                "usable": attempt.succeeded,
                "link": str(attempt.diagnosis.link),
                "explanation": attempt.diagnosis.explanation,
                "next_step": attempt.diagnosis.next_step,
                "version": document(attempt.version) if attempt.version else None,
                "warnings": attempt.inspection.warnings if attempt.inspection else [],
                "aws": attempt.aws_said or None,
            }
            for attempt in attempts
        ],
    }
