"""Files that commands read and write."""

import os
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


@pytest.mark.usefixtures("folder")
def test_a_new_file_has_the_permissions_that_the_umask_leaves() -> None:
    umask = os.umask(0o027)
    try:
        replace(Path("page.html"), "x")
    finally:
        os.umask(umask)
    assert Path("page.html").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", [".hook.new", "hook"])
def test_no_link_in_a_repository_leads_to_a_file_elsewhere(folder: Path, name: str) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.write_text("mine")
    (folder / "deployHooks").mkdir()
    (folder / "deployHooks" / name).symlink_to(elsewhere)
    replace(Path("deployHooks/hook"), "new", mode=0o755)
    assert elsewhere.read_text() == "mine"
    assert Path("deployHooks/hook").read_text() == "new"
    assert not Path("deployHooks/hook").is_symlink()


def test_a_folder_that_is_a_link_is_refused_unless_the_whole_path_was_given(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "deployHooks").symlink_to("elsewhere")
    with pytest.raises(click.ClickException, match="deployHooks is a link to elsewhere: name the folder"):
        replace(Path("deployHooks/hook"), "new")
    assert list((folder / "elsewhere").iterdir()) == []
    replace(folder / "deployHooks" / "hook", "new")
    assert (folder / "elsewhere" / "hook").read_text() == "new"


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
