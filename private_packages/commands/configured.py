"""For which configuration a command speaks: that of a file, that of a stack, or the default."""

from collections.abc import Sequence
from pathlib import Path

import click

from generator.configuration import DEFAULT, Configuration
from generator.configuration_difference import differences
from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws
from private_packages.aws.errors import AwsError
from private_packages.aws.stack import stack
from private_packages.aws.stack.made_from import configuration_of
from private_packages.aws.stack.state import State, state_of
from private_packages.commands.files import find_configuration

NO_FILE = "Note: there is no repositories.yaml here, so this is for GitHub Packages."


def with_default(config: Path | None) -> Configuration:
    """Return what the file says, or GitHub Packages where none is named and none is there; that is said.

    Raises:
        ConfigurationError: the file cannot be read or used.
    """
    if found := find_configuration(config):
        return found
    click.echo(NO_FILE, err=True)
    return DEFAULT


def of_stack(aws: Aws, stack_name: str, config: Path | None, *, must_agree: bool) -> Configuration:
    """Return what the stack was made from, compared with the file where there is one.

    Args:
        aws: the stack's account and Region.
        stack_name: the stack.
        config: the file that was named.
        must_agree: whether a difference is refused, and not only told.

    Raises:
        ClickException: file and stack differ, or neither is there to speak for.
        ConfigurationError: the file cannot be read or used.
        UserError: AWS cannot be asked, or the stack was made by a newer release.
    """
    here = find_configuration(config)
    try:
        there = configuration_of(aws, stack_name)
    except AwsError as error:
        if here is None or error.code not in DENIED:
            raise
        return here
    if there is None:
        if here is None:
            raise click.ClickException(
                f"Give --config: the stack {stack_name} in {aws.region} was deployed by a release that did"
                " not write into it what it was made from, and there is no repositories.yaml here."
            )
        return here
    if here and (found := differences(here, there, "the stack")):
        told = (
            f"{config or 'repositories.yaml'} and the stack {stack_name} in {aws.region} differ:"
            f" {'; '.join(found)}."
        )
        if must_agree:
            deploy = invocation.command("deploy", stack_name=stack_name)
            raise click.ClickException(
                f"{told} Deploy the file first (`{deploy}`), or run this where there is no repositories.yaml,"
                " to take what the stack says."
            )
        click.echo(f"Note: {told} This goes by the stack.", err=True)
    return there


def for_deployment(aws: Aws, stack_name: str) -> Configuration:
    """Return, where there is no file, what the stack was made from; the default where nothing is deployed.

    Raises:
        ClickException: the stack does not say what it was made from.
        UserError: AWS cannot be asked, the stack must be repaired first, or is none of this project's.
    """
    if state_of(aws, stack.find(aws, stack_name)) is State.NEW:
        return with_default(None)
    found = of_stack(aws, stack_name, None, must_agree=False)
    click.echo(
        f"Note: there is no repositories.yaml here, so this goes on with what the stack {stack_name} was made"
        " from.",
        err=True,
    )
    return found


def only(configuration: Configuration, ids: Sequence[str]) -> Configuration:
    """Return the configuration with these of its repositories alone; all of them where none is named.

    Raises:
        UsageError: it has no such repository.
    """
    known = {repository.id: repository for repository in configuration.repositories}
    if unknown := [name for name in ids if name not in known]:
        raise click.UsageError(
            f"--only {unknown[0]}: no repository has this id, there are {', '.join(known)}."
        )
    if not ids:
        return configuration
    chosen = tuple(repository for name, repository in known.items() if name in ids)
    return configuration.model_copy(update={"repositories": chosen})
