"""`make release` refuses what would be no release; what it makes is verified by `make verify-release`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator import __version__
from tests import ROOT

pytestmark = pytest.mark.slow
TAG = f"v{__version__}"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Acme", "-c", "user.email=acme@acme.example"]
    program = shutil.which("git")
    assert program
    subprocess.run([program, *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a changelog as it is when a release is made, and the environment of this one."""
    folder = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", str(folder))
    for name in ("release/build", "generator/__init__.py", ".gitignore"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "CHANGELOG.md").write_text(f"## Unreleased\n\n## {__version__}, 2026-11-27\n\n- New.\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Release")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def said(folder: Path) -> str:
    """What it says to a commit that is no release."""
    ended = subprocess.run(
        [folder / "release/build"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert not (folder / "dist").exists()
    return ended.stderr


def test_of_a_tree_that_is_changed(clone: Path) -> None:
    (clone / "new").touch()
    assert said(clone) == "Commit first, a release is made of a commit alone:\n?? new\n"


def test_with_changes_that_are_of_no_release(clone: Path) -> None:
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("## Unreleased\n", "## Unreleased\n\n- More.\n", 1))
    git(clone, "commit", "--quiet", "--all", "--message", "Changed since")
    assert said(clone).startswith(
        f'CHANGELOG.md has changes under "Unreleased": put them under "## {__version__}"'
    )


def test_with_a_changelog_of_a_longer_number(clone: Path) -> None:
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"\n## {__version__}", f"\n## {__version__}1", 1))
    git(clone, "commit", "--quiet", "--all", "--message", "Mistyped")
    assert said(clone).startswith(f'CHANGELOG.md has changes under "{__version__}1, 2026-11-27"')


def test_a_second_time(clone: Path) -> None:
    git(clone, "tag", TAG)
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "More")
    assert said(clone).startswith(f"{TAG} is the tag of another commit: a release is never made twice.")


def test_of_a_commit_whose_tag_is_another_number(clone: Path) -> None:
    git(clone, "tag", "--annotate", "--message", "Release", "v99.0.0")
    assert said(clone).startswith(f"This commit is tagged v99.0.0 and is {TAG}: take the wrong tag away")


@pytest.mark.parametrize(
    "workflow", sorted((ROOT / ".github/workflows").iterdir()), ids=lambda path: path.name
)
def test_a_workflow_calls_targets_that_there_are_and_says_that_it_never_ran(workflow: Path) -> None:
    text = workflow.read_text()
    assert text.startswith("# Never run so far")
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    made = [step["run"].removeprefix("make ") for step in steps if step.get("run", "").startswith("make ")]
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"\n.PHONY: {target}\n" in makefile for target in made)
    assert made or any(step.get("run") == ".ci/run" for step in steps)
