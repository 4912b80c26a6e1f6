"""`private-packages deploy`: deploy the template into the account that keeps the tokens."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from generator import names
from generator.configuration import Repository
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.errors import DeploymentStoppedError, InterruptedDeploymentError
from private_packages.aws.stack import quick_create
from private_packages.aws.stack.deployment import Deployment, Dialogue, Proposal, Wanted
from private_packages.aws.stack.events import Event
from private_packages.aws.tokens.token import Token
from private_packages.commands import question
from private_packages.commands.configured import for_deployment, with_default
from private_packages.commands.deploy.diff import print_diff, print_imports
from private_packages.commands.deploy.events import show_events
from private_packages.commands.deploy.remove import remove
from private_packages.commands.deploy.report import place, print_document, print_result
from private_packages.commands.deploy.tokens import ask_for_tokens, parse_tokens
from private_packages.commands.files import find_configuration, template_text
from private_packages.commands.options.common import (
    aws_options,
    config_option,
    output_option,
    require_stack_name,
    stack_name_option,
    whole_role_arn,
)
from private_packages.commands.options.parameters import given_parameters, parameter_option
from private_packages.commands.options.tags import tag_option
from private_packages.commands.printing import print_json, progress_console, result_console


def _days(_: click.Context, __: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 7 <= value <= 30:
        raise click.BadParameter("AWS takes 7 to 30 days.")
    return value


@click.command()
@config_option
@stack_name_option
@parameter_option
@click.option(
    "--token-stdin", is_flag=True, help="Read the token, or a line ID=TOKEN for each repository, from a pipe."
)
@click.option("--no-token", is_flag=True, help="Ask for no token: new secrets stay empty until `token set`.")
@click.option("--bucket", metavar="NAME", help="Upload the template to this S3 bucket first.")
@tag_option
@click.option(
    "--role-arn", metavar="ARN", callback=whole_role_arn, help="The role that CloudFormation acts with."
)
@click.option("--yes", is_flag=True, help="Deploy without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--allow-replacement", is_flag=True, help="Let the key or a secret be replaced by a new one.")
@click.option("--allow-removal", is_flag=True, help="Let builds lose access, or more of them gain it.")
@click.option("--allow-downgrade", is_flag=True, help="Let this release replace a newer one.")
@click.option(
    "--import",
    "take_over",
    is_flag=True,
    help="Take over the key and the secrets that are there: made by hand, or left behind.",
)
@click.option(
    "--no-termination-protection",
    "unprotected",
    is_flag=True,
    help="Leave the stack's termination protection as it is; else it is turned on.",
)
@click.option("--remove", "is_removal", is_flag=True, help="Take the stack away; key and secrets stay.")
@click.option(
    "--schedule-deletion",
    "days",
    type=int,
    metavar="DAYS",
    callback=_days,
    help="With --remove: key and secrets are deleted, too, in 7 to 30 days.",
)
@click.option("--quick-create-link", is_flag=True, help="Only print a link to the console's form, filled in.")
@click.option("--template-url", metavar="URL", help="The template's address in S3, for that link.")
@output_option
@aws_options
def command(
    config: Path | None,
    stack_name: str,
    parameters: tuple[str, ...],
    token_stdin: bool,
    no_token: bool,
    bucket: str | None,
    tags: Mapping[str, str],
    role_arn: str | None,
    yes: bool,
    dry_run: bool,
    allow_replacement: bool,
    allow_removal: bool,
    allow_downgrade: bool,
    take_over: bool,
    unprotected: bool,
    is_removal: bool,
    days: int | None,
    quick_create_link: bool,
    template_url: str | None,
    output: str,
    profile: str | None,
    region: str | None,
) -> None:
    """Deploy the template into the account that keeps the tokens.

    Runs the role check, shows what would change, asks, and follows the deployment to its end. The tokens of
    new secrets are asked for, hidden, and stored when all is deployed; later deployments keep what is there.

    \b
    Examples:
      private-packages deploy
      private-packages deploy --dry-run
      private-packages deploy --import
      private-packages deploy --remove
      private-packages deploy --parameter RoleCheck=Warn --no-token
      pass show github | private-packages deploy --token-stdin --yes
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    _check_use(click.get_current_context().params)
    if is_removal:
        remove(sign_in(profile, region), stack_name, days, yes=yes, dry_run=dry_run, output=output)
        return
    if quick_create_link:
        template = template_text(names.PRIVATE_PACKAGES, with_default(config))
        given = given_parameters(template, parameters, "Leave it out: the link would show it.")
        link = quick_create.link(sign_in(profile, region), str(template_url), stack_name, given)
        print_json({"url": link}) if output == "json" else click.echo(link)
        return
    piped = question.standard_input() if token_stdin else ""
    configuration, aws = find_configuration(config), None
    if configuration is None:
        aws = sign_in(profile, region, has_tokens=not no_token)
        configuration = for_deployment(aws, stack_name)
    template = template_text(names.PRIVATE_PACKAGES, configuration)
    given = given_parameters(
        template, parameters, "Leave it out to be asked for it, or pipe it in with --token-stdin."
    )
    tokens = None
    if no_token:
        tokens = {}
    elif token_stdin:
        tokens = parse_tokens([each.id for each in configuration.repositories], piped)
    if bucket is None:
        template.require_size(
            "hand it over through an S3 bucket of yours in the stack's Region, which --bucket names."
        )
    wanted = Wanted(
        configuration=configuration,
        template=template,
        given=given,
        stack_name=stack_name,
        bucket=bucket,
        tags=tags,
        role_arn=role_arn,
        tokens=tokens,
        dry_run=dry_run,
        allow_replacement=allow_replacement,
        allow_removal=allow_removal,
        allow_downgrade=allow_downgrade,
        take_over=take_over,
        protect=not unprotected,
    )
    aws = aws or sign_in(profile, region, has_tokens=not no_token)
    _deploy(aws, wanted, _Terminal(aws, wanted, yes=yes, output=output), output)


def _deploy(aws: Aws, wanted: Wanted, dialogue: Dialogue, output: str) -> None:
    """Deploy, print what came of it, and end as that was."""
    try:
        result = Deployment(aws, wanted, dialogue).run()
    except DeploymentStoppedError as stopped:
        click.echo(str(stopped), err=True)
        click.get_current_context().exit(1)
    except InterruptedDeploymentError:
        click.echo(err=True)  # after the question, or the ^C of the terminal
        raise
    if output == "json":
        print_document(aws, wanted, result)
    else:
        print_result(aws, wanted, result)
    if result.failure:
        raise click.ClickException(result.failure)


@dataclass(frozen=True)
class _Terminal:
    """The dialogue with whoever called the command."""

    aws: Aws
    wanted: Wanted
    yes: bool
    output: str

    def note(self, sentence: str) -> None:
        click.echo(sentence, err=True)

    def agrees(self, text: str) -> bool:
        try:
            return self.yes or question.agrees(text)
        except click.Abort as error:
            raise KeyboardInterrupt from error

    def foresee_tokens(self, repositories: Sequence[Repository]) -> None:
        if repositories and not question.can_ask():
            ids = " and ".join(each.id for each in repositories)
            raise click.UsageError(
                f"There is no terminal to ask for the token of {ids}: pipe it in with --token-stdin, or use"
                " --no-token and add it later."
            )

    def tokens(self, repositories: Sequence[Repository]) -> Mapping[str, Token]:
        try:
            return ask_for_tokens(repositories)
        except click.Abort as error:
            raise KeyboardInterrupt from error

    def propose(self, proposal: Proposal) -> None:
        # To programs that is no result, but what the question is about.
        console = result_console() if self.output == "text" else progress_console()
        become = "created" if proposal.is_new else "changed"
        console.print(f"The stack {place(self.aws, self.wanted)}, would be {become}:")
        before, ours = proposal.version_before, self.wanted.template.version
        if before and before != ours:
            console.print(f"Release: {before} → {ours}")
        print_imports(console, proposal.imports)
        print_diff(console, proposal.changes, proposal.parameters, proposal.access)
        if proposal.protects:
            console.print("Its termination protection would be turned on.")

    def show(self, coming: Iterable[Event], seen: list[Event], total: int | None = None) -> None:
        show_events(progress_console(), coming, seen, total)


def _check_use(given: Mapping[str, Any]) -> None:
    """Refuse options that do not go together, before anything else.

    Args:
        given: the arguments of the command.
    """
    require_stack_name(given["stack_name"])
    is_removal, quick_create_link = given["is_removal"], given["quick_create_link"]
    if is_removal:
        _refuse_beside("--remove", (*_OF_NO_USE_FOR_A_REMOVAL, "quick_create_link", "config", "parameters"))
    if quick_create_link:
        _refuse_beside("--quick-create-link", (*_OF_NO_USE_FOR_A_REMOVAL, "yes", "dry_run", "days"))
    if quick_create_link != (given["template_url"] is not None):
        raise click.UsageError("--quick-create-link and --template-url go together: give both or none.")
    if given["days"] and not is_removal:
        raise click.UsageError("--schedule-deletion goes with --remove: give both.")
    if quick_create_link:
        _check_link(given["template_url"])
    if given["token_stdin"] and given["no_token"]:
        raise click.UsageError("--token-stdin and --no-token contradict each other: leave one of them out.")
    if given["token_stdin"] and question.can_ask():
        raise click.UsageError(
            "--token-stdin would show what you type: leave it out to be asked without that, or use a pipe."
        )
    if not (given["yes"] or given["dry_run"] or quick_create_link or question.can_ask()):
        do = "remove" if is_removal else "deploy"
        raise click.UsageError(f"There is no terminal to ask on: give --yes to {do}, or --dry-run to look.")


_OF_NO_USE_FOR_A_REMOVAL = (
    *("token_stdin", "no_token", "bucket", "tags", "role_arn"),
    *("allow_replacement", "allow_removal", "allow_downgrade", "take_over", "unprotected"),
)


def _refuse_beside(option: str, others: Collection[str]) -> None:
    """Refuse options that an option has no use for."""
    context = click.get_current_context()
    for other in context.command.params:
        given = context.get_parameter_source(str(other.name)) is not ParameterSource.DEFAULT
        if given and other.name in others:
            raise click.UsageError(f"{other.opts[0]} does not go with {option}: leave one of them out.")


def _check_link(template_url: str) -> None:
    """Refuse an address that the console would not take."""
    try:
        parts = urlsplit(template_url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or not re.fullmatch(r"[!-~]+", template_url):
        raise click.UsageError(
            "--template-url: write the template's whole address in S3, https://BUCKET.s3.REGION.amazonaws.com/KEY."
        )
