"""`private-packages template`: write the CloudFormation templates."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from generator import document, names, templates
from generator.configuration import Configuration
from private_packages import invocation
from private_packages.commands.configured import with_default
from private_packages.commands.files import (
    DEFAULT_CONFIG,
    difference,
    no_template,
    replace,
    show_difference,
)
from private_packages.commands.options.common import config_option, output_option
from private_packages.commands.printing import print_json


@click.command()
@config_option
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("templates"),
    show_default=True,
    help="The folder to write to; made when missing.",
)
@click.option(
    "--format",
    "document_format",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="The language of the templates; YAML keeps the function's source readable.",
)
@click.option(
    "--stdout",
    "name",
    type=click.Choice(list(templates.TEMPLATES)),
    help="Print this template and write no file.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; where a file is stale, show what differs and fail."
)
@output_option
@click.option("--profile", expose_value=False, help="Accepted by every command; this one does not call AWS.")
@click.option("--region", expose_value=False, help="Likewise.")
def command(
    config: Path | None,
    output_dir: Path,
    document_format: document.Format,
    name: str | None,
    check: bool,
    output: str,
) -> None:
    """Write the CloudFormation templates.

    private-packages is for the account that keeps the tokens: upload it in the CloudFormation console and
    fill in the form. role-check is for the accounts that build: it only checks their Stackery Role. With
    `role_check: none` there is build-account in its place, which lets their build roles read.

    The same configuration always gives the same files, so commit them and let --check guard them.

    \b
    Examples:
      private-packages template
      private-packages template --config acme.yaml --output-dir build
      private-packages template --stdout role-check | less
      private-packages template --check
    """  # noqa: D301 - the escape is click's mark for lines to leave as they are
    if name and check:
        raise click.UsageError("--stdout writes no file for --check to look at: use one of the two.")
    repositories = with_default(config)
    _warn_of_names(repositories)
    made = templates.of(repositories)
    if name and name not in made:
        raise no_template(name, repositories, made)
    texts = {each: document.render(make(repositories), document_format) for each, make in made.items()}
    if name:
        _warn_of_size(name, texts[name])
        click.echo(texts[name].encode(), nl=False)  # as in the file, whatever the terminal's encoding
        return
    _warn_of_leftovers(
        output_dir / f"{each}.{document_format}" for each in names.TEMPLATES if each not in made
    )
    files = {output_dir / f"{template}.{document_format}": text for template, text in texts.items()}
    if check:
        _check(files, output)
    else:
        source = config or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None)
        _write(files, source, output)


def _write(files: dict[Path, str], source: Path | None, output: str) -> None:
    """Write the files and say what to do with them."""
    for path, text in files.items():
        replace(path, text)
    if output == "json":
        print_json([{"file": str(path), "bytes": _size(text)} for path, text in files.items()])
    else:
        if source:
            click.echo(f"Read {source}")
        for path, text in files.items():
            click.echo(f"Wrote {path} ({_size(text):,} bytes)")
        click.echo(
            f"Next: in the CloudFormation console, choose Create stack and upload {next(iter(files))}."
        )
    for path, text in files.items():
        _warn_of_size(str(path), text)


def _warn_of_leftovers(paths: Iterable[Path]) -> None:
    for path in paths:
        if os.path.exists(path):  # noqa: PTH110 - of a folder that may not be read, it says no
            click.echo(
                f"Note: {path} is no template of this configuration and stays as it is: delete it, if nothing"
                " else needs it.",
                err=True,
            )


def _warn_of_names(repositories: Configuration) -> None:
    for repository in repositories.repositories:
        if names.is_like_an_arn(repository.secret):
            click.echo(
                f"Note: the secret of {repository.id}, {repository.secret}, ends as an ARN does, in a hyphen"
                " and six characters, so that AWS may take it for another secret: call a new one otherwise.",
                err=True,
            )


def _size(text: str) -> int:
    return len(text.encode())


def _warn_of_size(name: str, text: str) -> None:
    if _size(text) > names.TEMPLATE_BYTES:
        click.echo(
            f"Note: {name} has {_size(text):,} bytes, but CloudFormation's API takes {names.TEMPLATE_BYTES:,}"
            " in a call: upload it in the console, or put it into an S3 bucket and give its URL.",
            err=True,
        )


def _check(files: dict[Path, str], output: str) -> None:
    """Fail with the difference when a file is not what would be written now."""
    differences = {path: "".join(difference(path, text)) for path, text in files.items()}
    stale = [str(path) for path, text in differences.items() if text]
    if output == "json":
        print_json([{"file": str(path), "difference": text} for path, text in differences.items()])
    else:
        show_difference("".join(differences.values()))
    if stale:
        raise click.ClickException(
            f"Run `{invocation.again('check', 'output')}` and commit. Stale: {', '.join(stale)}."
        )
    if output == "text":
        click.echo(f"Fresh: {', '.join(str(path) for path in files)}")
