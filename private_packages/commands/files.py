"""How subcommands read the configuration and write files."""

import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from generator import __version__, configuration_file
from generator.configuration import DEFAULT, Configuration
from private_packages.aws.template import TemplateText

DEFAULT_CONFIG = Path("repositories.yaml")


def find_configuration(path: Path | None) -> Configuration | None:
    """Return what the configuration file says; None where none is named and none is there.

    Raises:
        ConfigurationError: the file cannot be read or used.
    """
    # A link that leads nowhere is there, too: nothing else must stand in for what was meant.
    if path is None and not os.path.lexists(DEFAULT_CONFIG):
        return None
    return configuration_file.load(path or DEFAULT_CONFIG)


def load_configuration(path: Path | None) -> Configuration:
    """Return what the configuration file says, or GitHub Packages where none is named and none is there.

    Raises:
        ConfigurationError: the file cannot be read or used.
    """
    return find_configuration(path) or DEFAULT


def template_text(name: str, repositories: Configuration) -> TemplateText:
    """Return a template as AWS gets it.

    Raises:
        UsageError: the configuration has no such template.
        TemplateTooLargeError: it exceeds what CloudFormation takes by any way.
    """
    # Here, since most commands need no template.
    from generator import document, templates  # noqa: PLC0415

    made = templates.of(repositories)
    if name not in made:
        raise no_template(name, repositories, made)
    template = made[name](repositories)
    content = template.to_dict()
    return TemplateText(
        name=name,
        body=document.render(template, "yaml"),
        description=content["Description"],
        version=__version__,
        parameters=content["Parameters"],
    )


def no_template(name: str, repositories: Configuration, there_are: Iterable[str]) -> click.UsageError:
    """Return the refusal of a template that a configuration has not."""
    return click.UsageError(
        f"With `role_check: {repositories.role_check}` there is no template {name}: choose"
        f" {' or '.join(there_are)}."
    )


def replace(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file as a whole or not at all, and never through a link that somebody else may have laid.

    A link in the place of the file is replaced. A folder on the way that is a link is refused where the path
    is relative, as in a repository that was cloned.

    Args:
        path: the file.
        text: what it is to hold.
        mode: its permissions; None for those of a new file, without those that the umask takes.

    Raises:
        ClickException: the file cannot be written.
    """
    try:
        link = next((each for each in path.parents if each.is_symlink()), None)
        if link and not path.is_absolute():
            raise click.ClickException(
                f"{path}: {link} is a link to {link.readlink()}: name the folder itself, or make it a folder."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        # Nobody can guess its name, and nobody else can read it.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                os.fchmod(descriptor, _mode_of_a_new_file() if mode is None else mode)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}.") from error


def _mode_of_a_new_file() -> int:
    umask = os.umask(0o077)  # which cannot be asked for otherwise
    os.umask(umask)
    return 0o666 & ~umask


def difference(path: Path, text: str) -> Iterator[str]:
    """Return the unified difference from what the file holds to what it should hold.

    Raises:
        ClickException: the file cannot be read.
    """
    try:
        # Not read_text, which would hide another kind of line end.
        found = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read: {error.strerror}.") from error
    for line in difflib.unified_diff(
        found.splitlines(keepends=True),
        text.splitlines(keepends=True),
        f"{path} (as it is)",
        f"{path} (as it should be)",
    ):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def show_difference(text: str) -> None:
    """Print a unified difference, in colours where the terminal has them."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    # Other line ends are made visible, which would else look like no difference.
    for line in text.replace("\r", "^M").splitlines():
        click.secho(line, fg=colours.get(line[:1]))
