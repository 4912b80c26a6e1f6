"""`private-packages hook`: write the pre-build hook."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import click

from cli.files import difference, load_configuration, replace, show_difference
from generator.configuration import Configuration
from generator.errors import GeneratorError
from generator.hooks import hook

DEFAULT_OUTPUT = "deployHooks/stackery.prebuild.private-packages"


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The list of repositories.  [default: repositories.yaml, or without one, GitHub Packages]",
)
@click.option(
    "--secret-arn",
    "pairs",
    metavar="ID=ARN",
    multiple=True,
    help="A repository's id and the whole ARN of its secret; once for each repository.",
)
@click.option(
    "--stack-name",
    metavar="NAME",
    help="Instead: take the ARNs from the outputs of this stack, deployed from private-packages.yaml.",
)
@click.option(
    "--output",
    metavar="FILE",
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="The hook to write, made executable; - prints it.",
)
@click.option("--force", is_flag=True, help="Replace the file even when this command did not write it.")
@click.option(
    "--check", is_flag=True, help="Write nothing; where the file is stale, show what differs and fail."
)
@click.option("--profile", help="The AWS profile to read the stack with.  [default: AWS_PROFILE]")
@click.option(
    "--region",
    envvar="AWS_REGION",  # boto3 itself looks at AWS_DEFAULT_REGION only
    help="The Region of the stack.  [default: AWS_REGION, or the profile's]",
)
def command(
    config: Path | None,
    pairs: tuple[str, ...],
    stack_name: str | None,
    output: str,
    force: bool,
    check: bool,
    profile: str | None,
    region: str | None,
) -> None:
    """Write the pre-build hook that lets a build install private packages.

    The hook is one bash script for the folder deployHooks of a source repository. It holds no token: at build
    time it fetches each token with the build's own role, and writes it to where npm, yarn, pip or Maven look.

    Commit it. The same configuration and ARNs always give the same file, so let --check guard it.

    \b
    Examples:
      private-packages hook --stack-name private-packages
      private-packages hook --secret-arn GitHubPackages=arn:aws:secretsmanager:…
      private-packages hook --stack-name private-packages --check
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if check and output == "-":
        raise click.UsageError("--output - names no file for --check to look at: name one.")
    if pairs and stack_name:
        raise click.UsageError(
            "--secret-arn and --stack-name both say which secrets to use: leave one of them."
        )
    try:
        repositories = load_configuration(config)
        arns = (
            _given(repositories, pairs)
            if not stack_name
            else _deployed(repositories, stack_name, profile, region)
        )
        text = hook.render(repositories, arns, os.path.normpath(config) if config else None)
    except GeneratorError as error:
        raise click.ClickException(str(error)) from error
    if output == "-":
        click.echo(text, nl=False)
    elif Path(output).is_dir():
        raise click.ClickException(f"{output}: cannot be written: it is a folder, name a file in it.")
    elif check:
        _check(Path(output), text)
    else:
        _write(Path(output), text, force)


def _given(configuration: Configuration, pairs: tuple[str, ...]) -> dict[str, str]:
    """Return the ARNs that were given as ID=ARN, one for each repository."""
    arns: dict[str, str] = {}
    for pair in pairs:
        name, _, arn = pair.partition("=")
        if not arn:
            raise click.UsageError(
                f"--secret-arn {pair}: write it as ID=ARN, {configuration.repositories[0].id}=arn:…."
            )
        if name in arns:
            raise click.UsageError(f"--secret-arn {name}: is there twice, leave one of the two.")
        arns[name] = arn
    return _checked(configuration, arns, "--secret-arn")


def _deployed(
    configuration: Configuration, stack_name: str, profile: str | None, region: str | None
) -> dict[str, str]:
    """Return the ARNs that a stack has as outputs."""
    # Here, so that who names the ARNs need not wait for boto3.
    from rollout import stack  # noqa: PLC0415
    from rollout.errors import RolloutError  # noqa: PLC0415

    ids = [repository.id for repository in configuration.repositories]
    try:
        arns = stack.secret_arns(stack_name, ids, profile=profile, region=region)
    except RolloutError as error:
        raise click.ClickException(str(error)) from error
    return _checked(configuration, arns, f"stack {stack_name}, output")


def _checked(configuration: Configuration, arns: Mapping[str, str], source: str) -> dict[str, str]:
    """Return one ARN for each repository, or refuse what is missing, unknown or no ARN."""
    ids = [repository.id for repository in configuration.repositories]
    if unknown := [name for name in arns if name not in ids]:
        raise click.UsageError(
            f"{source} {', '.join(unknown)}: no repository has this id, the configuration lists"
            f" {', '.join(ids)}."
        )
    if missing := [name for name in ids if name not in arns]:
        raise click.UsageError(
            f"The secret of {', '.join(missing)} is not named: add --secret-arn {missing[0]}=ARN for each,"
            " or --stack-name."
        )
    for name, arn in arns.items():
        if not re.fullmatch(hook.ARN, arn):
            raise click.UsageError(
                f"{source} {name}: {arn} is not a secret's whole ARN, which reads"
                " arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX."
            )
    return dict(arns)


def _write(path: Path, text: str, force: bool) -> None:
    """Write the hook and say what to do with it."""
    if not force and _holds_something_else(path):
        raise click.ClickException(
            f"{path}: was not written by this command and stays as it is; see what it does, then use --force."
        )
    replace(path, text, mode=0o755)
    click.echo(f"Wrote {path} ({len(text.encode()):,} bytes)")
    click.echo("Next: commit it, and see that the build's role may read the secrets.")


def _check(path: Path, text: str) -> None:
    """Fail with the difference when the hook is not what would be written now."""
    if found := "".join(difference(path, text)):
        show_difference(found)
        raise click.ClickException(f"Stale: {path}. Run the same command without --check and commit.")
    if not os.access(path, os.X_OK):
        raise click.ClickException(
            f"{path}: is not executable. Run the same command without --check and commit."
        )
    click.echo(f"Fresh: {path}")


def _holds_something_else(path: Path) -> bool:
    try:
        return path.exists() and not hook.is_hook(path.read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}.") from error
