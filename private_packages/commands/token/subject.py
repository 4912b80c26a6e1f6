"""Which token a subcommand is about."""

from pathlib import Path

import click

from generator.configuration import Repository
from generator.errors import GeneratorError
from private_packages.aws.aws import Aws
from private_packages.aws.stack import stack
from private_packages.commands.configured import of_stack
from private_packages.commands.files import load_configuration
from private_packages.commands.options.common import Command, apply, config_option, stack_name_option


def _ids(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids that the configuration lists, for the completion of a shell."""
    try:
        configuration = load_configuration(context.params.get("config"))
    except GeneratorError:
        return []
    ids = [repository.id for repository in configuration.repositories]
    return [name for name in ids if name.startswith(incomplete)]


_repository_argument = click.argument("repository_id", metavar="ID", shell_complete=_ids)


def subject_options(command: Command) -> Command:
    """Add what `find` wants to know: repository_id, config and stack_name."""
    return apply(command, _repository_argument, config_option, stack_name_option)


def find(aws: Aws, stack_name: str, config: Path | None, repository_id: str) -> tuple[Repository, str]:
    """Return the repository of this id, and the ARN of the secret that the stack made for it.

    Raises:
        UsageError: no repository has the id.
        StackError: there is no such stack, or it has no such secret.
        UserError: AWS cannot be asked, or the configuration cannot be used.
    """
    description = stack.get(aws, stack_name)
    configuration = of_stack(aws, stack_name, config, must_agree=False)
    for repository in configuration.repositories:
        if repository.id == repository_id:
            return repository, stack.secret_arns(aws, description, [repository_id])[repository_id]
    ids = ", ".join(repository.id for repository in configuration.repositories)
    raise click.UsageError(f"No repository has the id {repository_id}: there are {ids}.")
