"""Which token a subcommand is about."""

import click

from generator.configuration import Configuration, Repository
from generator.errors import GeneratorError
from private_packages.aws.aws import Aws
from private_packages.aws.stack import stack
from private_packages.commands.files import load_configuration


def _ids(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids that the configuration lists, for the completion of a shell."""
    try:
        configuration = load_configuration(context.params.get("config"))
    except GeneratorError:
        return []
    ids = [repository.id for repository in configuration.repositories]
    return [name for name in ids if name.startswith(incomplete)]


repository_argument = click.argument("repository_id", metavar="ID", shell_complete=_ids)


def find(configuration: Configuration, repository_id: str) -> Repository:
    """Return the repository of this id.

    Raises:
        UsageError: there is none.
    """
    for repository in configuration.repositories:
        if repository.id == repository_id:
            return repository
    ids = ", ".join(repository.id for repository in configuration.repositories)
    raise click.UsageError(f"No repository has the id {repository_id}: there are {ids}.")


def secret_of(repository: Repository, aws: Aws, stack_name: str) -> str:
    """Return the ARN of the secret that the stack made for this repository.

    Raises:
        StackError: there is no such stack, or it has no such secret.
        AwsError: AWS cannot be asked.
    """
    return stack.secret_arns(aws, stack.get(aws, stack_name), [repository.id])[repository.id]
