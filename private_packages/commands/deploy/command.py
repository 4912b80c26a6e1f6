"""`private-packages deploy`: deploy the template into the account that keeps the tokens."""

import re
import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from generator import document, templates
from private_packages.aws.aws import sign_in
from private_packages.aws.stack import quick_create
from private_packages.commands import question
from private_packages.commands.deploy.deployment import Deployment
from private_packages.commands.deploy.report import Order
from private_packages.commands.deploy.tokens import parse_tokens
from private_packages.commands.files import load_configuration
from private_packages.commands.options.common import (
    aws_options,
    config_option,
    output_option,
    stack_name_option,
)
from private_packages.commands.options.parameters import given_parameters, parameter_option
from private_packages.commands.printing import print_json


@click.command()
@config_option
@stack_name_option
@parameter_option
@click.option("--token-stdin", is_flag=True, help="Read the token, or a line ID=TOKEN for each, from a pipe.")
@click.option("--no-token", is_flag=True, help="Ask for no token: new secrets stay empty until `token set`.")
@click.option("--bucket", metavar="NAME", help="Hand the template over through this S3 bucket.")
@click.option("--yes", is_flag=True, help="Deploy without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do not do it.")
@click.option("--allow-replacement", is_flag=True, help="Let the key or a secret be replaced by a new one.")
@click.option(
    "--quick-create-link", is_flag=True, help="Instead: print the link to the console's form, filled in."
)
@click.option("--template-url", metavar="URL", help="Where the template lies that the link is for.")
@output_option
@aws_options
def command(
    config: Path | None,
    stack_name: str,
    pairs: tuple[str, ...],
    token_stdin: bool,
    no_token: bool,
    bucket: str | None,
    yes: bool,
    dry_run: bool,
    allow_replacement: bool,
    quick_create_link: bool,
    template_url: str | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Deploy the template into the account that keeps the tokens.

    It runs the role check, shows what would become of each resource, asks, and then shows what happens until
    it has ended. A new stack's tokens are asked for, hidden; later deployments keep what is there.

    \b
    Examples:
      private-packages deploy
      private-packages deploy --dry-run
      private-packages deploy --parameter RoleCheck=Warn --no-token
      pass show github | private-packages deploy --token-stdin --yes
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    _check_use(
        stack_name=stack_name,
        token_stdin=token_stdin,
        no_token=no_token,
        needs_terminal=not (yes or dry_run or quick_create_link),
        quick_create_link=quick_create_link,
        template_url=template_url,
    )
    configuration = load_configuration(config)
    template = templates.private_packages(configuration)
    form = template.to_dict()["Parameters"]
    given = given_parameters(
        form, pairs, "Leave it out to be asked for it, or pipe it in with --token-stdin."
    )
    if template_url:
        link = quick_create.link(sign_in(profile, region), template_url, stack_name, given)
        print_json({"url": link}) if output == "json" else click.echo(link)
        return
    tokens = None
    if no_token:
        tokens = {}
    elif token_stdin:
        tokens = parse_tokens([each.id for each in configuration.repositories], sys.stdin.read())
    order = Order(
        configuration=configuration,
        template=_fitting(document.render(template, "yaml"), bucket),
        defaults={name: str(parameter.get("Default", "")) for name, parameter in form.items()},
        hidden=frozenset(name for name, parameter in form.items() if parameter.get("NoEcho")),
        given=given,
        stack_name=stack_name,
        bucket=bucket,
        tokens=tokens,
        yes=yes,
        dry_run=dry_run,
        allow_replacement=allow_replacement,
        output=output,
        options=_options_of_the_next_command(stack_name),
    )
    Deployment(sign_in(profile, region), order).run()


def _check_use(
    *,
    stack_name: str,
    token_stdin: bool,
    no_token: bool,
    needs_terminal: bool,
    quick_create_link: bool,
    template_url: str | None,
) -> None:
    """Refuse options that do not go together, before anything else."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", stack_name):
        raise click.UsageError("--stack-name: a letter, then letters, digits and hyphens, 128 at most.")
    if quick_create_link != (template_url is not None):
        raise click.UsageError("--quick-create-link and --template-url go together: give both or none.")
    if quick_create_link:
        _check_link(str(template_url))
    if token_stdin and no_token:
        raise click.UsageError("--token-stdin and --no-token contradict each other: leave one of them.")
    if token_stdin and question.can_ask():
        raise click.UsageError(
            "--token-stdin would show what you type: leave it out to be asked without that, or use a pipe."
        )
    if needs_terminal and not question.can_ask():
        raise click.UsageError("There is no terminal to ask on: give --yes to deploy, or --dry-run to look.")


def _check_link(template_url: str) -> None:
    """Refuse what the link has no use for, and an address that the console would not take."""
    source = click.get_current_context().get_parameter_source
    for option in ("token_stdin", "no_token", "bucket", "yes", "dry_run", "allow_replacement"):
        if source(option) is not ParameterSource.DEFAULT:
            raise click.UsageError(
                f"--{option.replace('_', '-')} is of no use for --quick-create-link: leave one of them."
            )
    try:
        parts = urlsplit(template_url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or not re.fullmatch(r"[!-~]+", template_url):
        raise click.UsageError(
            "--template-url: write the template's whole address in S3, https://BUCKET.s3.REGION.amazonaws.com/KEY."
        )


def _fitting(text: str, bucket: str | None) -> str:
    """Return the template's text where CloudFormation takes it this way."""
    size = len(text.encode())
    if bucket is None and size > document.API_BYTES:
        raise click.ClickException(
            f"The template has {size:,} bytes, but CloudFormation takes {document.API_BYTES:,} in a call:"
            " hand it over through an S3 bucket of yours in the stack's Region, which --bucket names."
        )
    return text


def _options_of_the_next_command(stack_name: str) -> str:
    """Return what leads the next command to the same stack."""
    context = click.get_current_context()
    words = ["--stack-name", stack_name]
    for option in ("config", "profile", "region"):
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            words += [f"--{option}", str(context.params[option])]
    return f" {shlex.join(words)}"
