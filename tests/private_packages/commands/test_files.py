"""Files that commands read and write."""

from pathlib import Path

import click
import pytest

from generator import __version__, names
from generator.configuration import DEFAULT
from generator.errors import ConfigurationError
from private_packages.commands.files import difference, load_configuration, replace, template_text


def test_without_a_file_it_is_the_default(folder: Path) -> None:
    assert load_configuration(None) == DEFAULT
    (folder / "repositories.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigurationError):
        load_configuration(None)


@pytest.mark.parametrize("name", [names.PRIVATE_PACKAGES, names.ROLE_CHECK])
def test_a_template_comes_with_what_has_to_be_known_of_it(name: str) -> None:
    found = template_text(name, DEFAULT)
    assert found.description.endswith(f"{names.RELEASE_MARK}{__version__})")
    assert (found.name, found.version) == (name, __version__)
    assert found.defaults["MinimumRoleVersion"] == names.MINIMUM_ROLE_VERSION
    assert bool(found.hidden) == (name == names.PRIVATE_PACKAGES)


def test_a_file_is_written_as_a_whole_with_its_mode(folder: Path) -> None:
    path = folder / "new" / "file"
    replace(path, "é\n", mode=0o755)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == ("é\n".encode(), 0o755)
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_is_a_sentence_and_leaves_nothing(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(click.ClickException, match="cannot be written: "):
        replace(folder / "file" / "below", "text")
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_the_difference_shows_what_a_reader_would_not_see(folder: Path) -> None:
    path = folder / "file"
    path.write_bytes(b"one\r\ntwo")
    assert "".join(difference(path, "one\ntwo\n")).split("\n")[3:] == [
        "-one\r",
        "-two",
        "\\ No newline at end of file",
        "+one",
        "+two",
        "",
    ]
    assert list(difference(path, "one\r\ntwo")) == []
