"""`private-packages hook`: write the pre-build hook."""

import os
import subprocess
from pathlib import Path

import click

from generator.hooks import hook
from private_packages import invocation
from private_packages.aws.aws import sign_in
from private_packages.aws.stack import stack
from private_packages.commands import configured
from private_packages.commands.files import difference, replace, show_difference
from private_packages.commands.options.common import aws_options, config_option
from private_packages.commands.options.secret_arns import (
    deployed_arns,
    from_stack_option,
    given_arns,
    named_stack,
    secret_arn_option,
)

DEFAULT_OUTPUTS = {
    "stackery": "deployHooks/stackery.prebuild.private-packages",
    "none": "ci/private-packages.bash",
}
"""The hook's file, by the configuration's role check: Stackery runs by itself what lies there."""


@click.command()
@config_option
@secret_arn_option
@from_stack_option
@click.option(
    "--only",
    metavar="ID",
    multiple=True,
    help="Only this repository; can be given several times.  [default: all]",
)
@click.option(
    "--output",
    metavar="FILE",
    help="The hook to write, made executable; - prints it.  [default:"
    f" {DEFAULT_OUTPUTS['stackery']}, with `role_check: none` {DEFAULT_OUTPUTS['none']}]",
)
@click.option("--force", is_flag=True, help="Replace the file even when this command did not write it.")
@click.option(
    "--check", is_flag=True, help="Write nothing; where the file is stale, show what differs and fail."
)
@click.option(
    "--look",
    is_flag=True,
    help="Write nothing; let the hook that is there tell what in HOME and in this folder would win over it.",
)
@aws_options
def command(
    config: Path | None,
    secret_arns: tuple[str, ...],
    stack_name: str | None,
    only: tuple[str, ...],
    output: str | None,
    force: bool,
    check: bool,
    look: bool,
    profile: str | None,
    region: str | None,
) -> None:
    """Write the pre-build hook that lets a build install private packages.

    The hook is one bash script for a source repository, which its build runs before it installs packages. It
    holds no token: at build time it fetches each token with the build's own role, and writes it to where npm,
    yarn, pip or Maven look.

    It needs no configuration: the stack says what it was made from.

    Commit it. The same stack always gives the same file, so let --check guard it.

    \b
    Examples:
      private-packages hook --stack-name private-packages
      private-packages hook --secret-arn GitHubPackages=arn:aws:secretsmanager:…
      private-packages hook --stack-name private-packages --check
      private-packages hook --look
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if output == "-" and (check or look):
        raise click.UsageError(f"--output - names no file for --{'check' if check else 'look'}: name one.")
    if look:
        _look(output)
        return
    if secret_arns and stack_name:
        raise click.UsageError(
            "--secret-arn and --stack-name both say which secrets to use: leave one of them out."
        )
    source = [word for each in only for word in ("--only", each)]
    if stack_name := named_stack(stack_name, secret_arns):
        aws = sign_in(profile, region)
        description = stack.get(aws, stack_name)
        found = configured.of_stack(aws, stack_name, config, must_agree=not only)
        repositories = configured.only(found, only)
        arns = deployed_arns(repositories, aws, description)
        in_stack = ["--stack-name", stack_name, "--region", aws.region]
        text = hook.render(repositories, arns, source, stack=in_stack)
    else:
        repositories = configured.only(configured.with_default(config), only)
        arns = given_arns(repositories, secret_arns)
        source = [*(["--config", os.path.normpath(config)] if config else []), *source]
        text = hook.render(repositories, arns, source)
    output = output or DEFAULT_OUTPUTS[repositories.role_check]
    if output == "-":
        click.echo(text, nl=False)
    elif Path(output).is_dir():
        raise click.ClickException(f"{output}: cannot be written: it is a folder, name a file in it.")
    elif check:
        _check(Path(output), text)
    else:
        _write(Path(output), text, force)


def _write(path: Path, text: str, force: bool) -> None:
    """Write the hook and say what to do with it."""
    if not force and _holds_something_else(path):
        raise click.ClickException(
            f"{path}: was not written by this command and stays as it is; see what it does, then use --force."
        )
    replace(path, text, mode=0o755)
    click.echo(f"Wrote {path} ({len(text.encode()):,} bytes)")
    click.echo("Next: commit it, and see that the build's role may read the secrets.")


def _look(output: str | None) -> None:
    """Run the hook so that it only looks, and tells all that it would refuse."""
    candidates = [Path(each) for each in ([output] if output else DEFAULT_OUTPUTS.values())]
    path = next((each for each in candidates if each.is_file() and _holds_hook(each)), None)
    if path is None:
        where = f"{output}: is" if output else "Here is"
        raise click.ClickException(f"{where} no hook: write it first, or name it with --output.")
    if subprocess.run(["bash", str(path), "--look"], check=False).returncode:  # noqa: S607
        raise SystemExit(1)


def _check(path: Path, text: str) -> None:
    """Fail with the difference when the hook is not what would be written now."""
    if found := "".join(difference(path, text)):
        show_difference(found)
        raise click.ClickException(f"Stale: {path}. Run `{invocation.again('check')}` and commit.")
    if not os.access(path, os.X_OK):
        raise click.ClickException(
            f"{path}: is not executable. Run `{invocation.again('check')}` and commit."
        )
    click.echo(f"Fresh: {path}")


def _holds_something_else(path: Path) -> bool:
    return path.exists() and not _holds_hook(path)


def _holds_hook(path: Path) -> bool:
    try:
        return hook.is_hook(path.read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}.") from error
