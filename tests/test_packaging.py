"""What a wheel installs: the three packages with all their files, and a command that needs no repository."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from generator import __version__
from tests import ROOT

pytestmark = pytest.mark.slow
PACKAGES = ("custom_resource", "generator", "private_packages")


def run(*command: str | Path, folder: Path = ROOT) -> str:
    # Without PYTHONPATH, which could name another copy of this repository.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT)
    [wheel] = folder.iterdir()
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment are that has the wheel, and the libraries of this one."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin/python")
    run(*pip, "install", "--no-index", "--no-deps", "--quiet", wheel)
    [libraries] = environment.glob("lib/python3*/site-packages")
    # A path that is added so brings no .pth files of its own, and with them not this project's folder.
    (libraries / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin"


def test_it_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    tracked = run("git", "ls-files", *PACKAGES).splitlines()
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == set(tracked)
    assert {Path(name).suffix for name in held} >= {".py", ".bash", ".html", ".css", ".js"}


def test_its_release_is_the_one_that_stands_in_one_place(wheel: Path) -> None:
    assert wheel.name == f"stackery_private_packages-{__version__}-py3-none-any.whl"


def test_it_cannot_be_uploaded_by_accident(wheel: Path) -> None:
    """PyPI refuses whatever has a classifier that begins so."""
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        assert "\nClassifier: Private :: Do Not Upload\n" in archive.read(metadata).decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["classifiers"] == ["Private :: Do Not Upload"]


def test_it_brings_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        told = archive.read(metadata).decode()
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert "\nLicense-Expression: Apache-2.0\n" in told
    assert "\nAuthor: The stackery-private-packages authors\n" in told


def test_its_command_writes_the_default_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    run(installed / "private-packages", "template", folder=tmp_path)
    for name in ("private-packages.yaml", "role-check.yaml"):
        assert (tmp_path / "templates" / name).read_text() == (ROOT / "templates" / name).read_text()


def test_its_command_finds_all_that_a_hook_is_made_of(installed: Path, tmp_path: Path) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:/stackery/ghpackagerepotoken-AbCdEf"
    run(installed / "private-packages", "hook", "--secret-arn", f"GitHubPackages={arn}", folder=tmp_path)
    assert (tmp_path / "deployHooks/stackery.prebuild.private-packages").read_text().startswith("#!")


def test_it_comes_from_the_environment_and_not_from_the_repository(installed: Path, tmp_path: Path) -> None:
    program = f"import {', '.join(PACKAGES)}\nfor each in {', '.join(PACKAGES)}: print(each.__file__)"
    for line in run(installed / "python", "-c", program, folder=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)
