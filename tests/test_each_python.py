"""Each Python that the project runs on writes the same templates, to the byte."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

pytestmark = pytest.mark.slow
OLDEST, NEWEST = 11, 14


def candidates(name: str) -> Iterator[Path]:
    """The programs of this name on PATH and among the versions of pyenv, which puts but one of them there."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout.strip()
        folders += Path(root).glob("versions/*/bin")
    yield from (folder / name for folder in folders if (folder / name).exists())


def other_pythons() -> dict[str, Path]:
    """One program for each version that is on this machine, beside the one that runs the tests."""
    found = {}
    for minor in range(OLDEST, NEWEST + 1):
        for program in candidates(f"python3.{minor}"):
            # What pyenv puts on PATH may be there and not run.
            ran = subprocess.run([program, "-c", "import zlib, ssl"], capture_output=True, check=False)
            if minor != sys.version_info.minor and ran.returncode == 0:
                found[f"3.{minor}"] = program
                break
    return found


def write_templates(python: Path, folder: Path) -> Path:
    """Return where the templates are that this Python writes, with what the lock file has for it."""
    libraries = folder / "libraries"
    install = ("install", "--quiet", "--disable-pip-version-check", "--target", libraries)
    locked = ("--only-binary", ":all:", "--require-hashes", "--requirement", ROOT / "requirements.txt")
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install, *locked], check=True)
    environment = os.environ | {"PYTHONPATH": f"{libraries}{os.pathsep}{ROOT}"}
    subprocess.run([python, "-m", "private_packages", "template"], cwd=folder, env=environment, check=True)
    return folder / "templates"


def test_each_writes_the_same_templates(tmp_path: Path) -> None:
    others = other_pythons()
    if not others:
        pytest.skip("There is no other Python on this machine.")
    for version, python in others.items():
        folder = tmp_path / version
        folder.mkdir()
        written = write_templates(python, folder)
        for template in sorted((ROOT / "templates").iterdir()):
            assert (written / template.name).read_bytes() == template.read_bytes(), version
    print(f"the same templates: {', '.join(others)}")
