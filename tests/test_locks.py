"""The locked dependencies: each with its hashes, and from whatever index the user has."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from tests import ROOT

LOCKS = ["requirements.txt", "requirements-rehearse.txt", "requirements-dev.txt"]
OTHERS = [
    str(path.with_suffix(".txt").relative_to(ROOT))
    for folder in ("benchmarks", "scan", "tests/e2e/hooks/python")
    for path in sorted((ROOT / folder).glob("*.in"))
]
NODE = [
    str(path.relative_to(ROOT))
    for folders in ("*/", "*/*/", "*/*/*/")
    for path in sorted(ROOT.glob(f"[!.]*/{folders}package-lock.json"))
]


def requirements(lock: str) -> dict[str, str]:
    """Return each requirement of a lock file by its name, with its hashes."""
    text = re.sub(r"^#.*\n", "", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
    blocks = text.replace("\\\n", " ").splitlines()
    return {re.split(r"[=<>;@ \[]", block)[0]: block for block in blocks if block.strip()}


def normal(requirement: str) -> str:
    """Return the normal form of a requirement's name."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=\[;]", requirement)[0]).lower()


@pytest.mark.parametrize("lock", [*LOCKS, *OTHERS])
def test_each_requirement_has_one_version_and_its_hashes(lock: str) -> None:
    form = re.compile(
        r"[a-z0-9-]+(\[[a-z, -]+\])?==[\w.!+]+(\s*;[^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*"
    )
    for name, block in requirements(lock).items():
        assert form.fullmatch(block), name


@pytest.mark.parametrize("lock", [*LOCKS, *OTHERS])
def test_no_index_and_no_place_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert text.splitlines()[1] == "#    make lock"
    for forbidden in ("http:", "https:", "file:", "git+", "index", "find-links", " @ ", "trusted-host", "/"):
        assert forbidden not in text.lower(), forbidden


@pytest.mark.parametrize("lock", NODE)
def test_each_package_of_node_has_its_hash_and_names_no_place(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text("utf-8"))["packages"]
    del packages[""]
    # What another package brings along has that one's.
    assert all("integrity" in each or each.get("inBundle") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())


def test_dependabot_looks_after_each_of_them() -> None:
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    [npm] = [each for each in updates if each["package-ecosystem"] == "npm"]
    assert sorted(npm["directories"]) == sorted(f"/{Path(lock).parent}" for lock in NODE)
    for lock in NODE:
        settings = (ROOT / lock).with_name(".npmrc").read_text()
        assert settings == "omit-lockfile-registry-resolved=true\n"


def test_nothing_is_built_with_what_no_lock_names() -> None:
    installs = re.findall(
        r"^\t@\$\(INSTALL\) .*--requirement .*$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert len(installs) == len(LOCKS)
    assert all("--only-binary :all: --require-hashes" in each for each in installs)


@pytest.mark.parametrize("lock", LOCKS)
def test_they_agree(lock: str) -> None:
    development = requirements("requirements-dev.txt")
    for name, block in requirements(lock).items():
        assert development[name].split()[0] == block.split()[0]


def test_what_the_project_needs_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    runtime = {normal(each) for each in project["dependencies"] + optional["build"]}
    assert runtime <= set(requirements("requirements.txt"))
    rehearsal = {normal(each) for each in optional["rehearse"]}
    assert rehearsal <= set(requirements("requirements-rehearse.txt"))
    development = runtime | rehearsal | {normal(each) for each in optional["dev"]}
    assert development <= set(requirements("requirements-dev.txt"))


def test_the_rehearsal_imports_nothing_else_than_what_is_installed_for_it() -> None:
    locked = {*requirements("requirements.txt"), *requirements("requirements-rehearse.txt")}
    others = [
        module
        for module, [distribution, *_] in packages_distributions().items()
        if normal(distribution) not in {*locked, "stackery-private-packages"}
    ]
    hide = "import sys; sys.modules |= dict.fromkeys(sys.argv[1:])"
    script = f"{hide}; import tests.e2e.rehearse, tests.e2e.ministack_server"
    assert "moto" in others
    subprocess.run([sys.executable, "-c", script, *others], cwd=ROOT, check=True)
