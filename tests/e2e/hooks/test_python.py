"""pip, uv and poetry install a private package after the generated hook has run, and not without it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import PythonRegistry
from tests.e2e.hooks.servers import READER

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("public_python", "python_programs")]


@dataclass(frozen=True)
class Way:
    """A way to install what a project needs."""

    files: Callable[[str], dict[str, str]]
    """A project that needs acme-thing and names the private index by its address, without the token."""
    command: tuple[str, ...]
    refusal: str
    """What is said when the index wants a token."""


def requirements(url: str) -> dict[str, str]:
    return {"requirements.txt": f"--index-url {url}\nacme-thing\n"}


def uv_project(url: str) -> dict[str, str]:
    return {
        "pyproject.toml": f"""
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["acme-thing"]

[[tool.uv.index]]
name = "acme"
url = "{url}"
default = true
"""
    }


def poetry_project(url: str) -> dict[str, str]:
    return {
        "poetry.toml": "[virtualenvs]\nin-project = true\n",
        "pyproject.toml": f"""
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["acme-thing"]

[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "acme"
url = "{url}"
""",
    }


def pipenv_project(url: str) -> dict[str, str]:
    return {
        "Pipfile": f"""
[[source]]
name = "acme"
url = "{url}"
verify_ssl = true

[packages]
acme-thing = "*"
"""
    }


INTO = ("--target", "packages")
WAYS = {
    "pip install": Way(
        requirements, ("pip", "install", *INTO, "-r", "requirements.txt"), "User for localhost"
    ),
    "pip 23 install": Way(
        requirements, ("pip23", "install", *INTO, "-r", "requirements.txt"), "User for localhost"
    ),
    "uv pip install": Way(
        requirements, ("uv", "pip", "install", *INTO, "-r", "requirements.txt"), "401 Unauthorized"
    ),
    "uv sync": Way(uv_project, ("uv", "sync"), "401 Unauthorized"),
    "poetry install": Way(poetry_project, ("poetry", "install"), "Authorization error"),
    "pipenv install": Way(pipenv_project, ("pipenv", "install"), "No matching distribution found"),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


@pytest.fixture
def acme(private_python: PythonRegistry) -> Entry:
    """The private index, as repositories.yaml has it."""
    return Entry("Acme", "pip", private_python, {"username": READER})


def installed(machine: BuildMachine, package: str) -> set[str]:
    """Return the versions of a package that have come into the project."""
    files = machine.project.rglob(f"{package.replace('-', '_')}-*")
    return {file.name.split("-")[1].removesuffix(".dist") for file in files}


@every_way
def test_the_private_package_does_not_install_without_the_hook(
    machine: BuildMachine, private_python: PythonRegistry, way: Way
) -> None:
    machine.write(way.files(private_python.url))
    private_python.front.forget()

    machine.run(*way.command).assert_failure(way.refusal)

    assert private_python.front.refused_all()
    assert installed(machine, "acme-thing") == set()


@every_way
def test_the_private_package_installs_after_the_hook_and_nobody_asks_the_public_index(
    machine: BuildMachine,
    team: Team,
    acme: Entry,
    private_python: PythonRegistry,
    public_python: PythonRegistry,
    way: Way,
) -> None:
    machine.write(way.files(private_python.url))
    machine.run_hook(team.write_hook(acme))
    public_python.front.forget()

    machine.run(*way.command).assert_success()

    assert installed(machine, "acme-thing") == {"1.0.0"}
    assert public_python.front.requests == []


@pytest.mark.parametrize("way", [WAYS["pip install"], WAYS["uv sync"]], ids=["pip install", "uv sync"])
def test_the_hook_replaces_a_token_that_opens_nothing_any_more(
    machine: BuildMachine, team: Team, acme: Entry, private_python: PythonRegistry, way: Way
) -> None:
    machine.write(way.files(private_python.url))
    hook = team.write_hook(acme)
    machine.run_hook(hook)
    new = team.issue_token(private_python, acme.id)
    private_python.front.forget()
    assert machine.run(*way.command).code != 0
    assert private_python.front.refused_all()

    machine.run_hook(hook)
    private_python.front.forget()
    machine.run(*way.command).assert_success()

    assert installed(machine, "acme-thing") == {"1.0.0"}
    assert private_python.front.authorizations() == {private_python.authorization(new)}


PYPI = ("--index-url", "https://pypi.org/simple/")
"""Pip's own default, for machines whose configuration has another."""
PLAIN = {"requirements.txt": "acme-thing\n"}
"""A project that names no index: whoever serves acme-thing gets asked."""


def test_a_public_package_of_the_same_name_does_not_win_with_pip(
    machine: BuildMachine, team: Team, acme: Entry, public_python: PythonRegistry
) -> None:
    machine.write(PLAIN)
    machine.run_hook(team.write_hook(acme))
    public_python.front.forget()

    machine.run("pip", "install", *INTO, "-r", "requirements.txt").assert_success()

    assert installed(machine, "acme-thing") == {"1.0.0"}
    assert public_python.front.requests == []


def test_the_public_package_of_the_same_name_would_win_without_the_hook(machine: BuildMachine) -> None:
    machine.write(PLAIN)

    machine.run("pip", "install", *PYPI, *INTO, "-r", "requirements.txt").assert_success()

    assert installed(machine, "acme-thing") == {"99.0.0"}


def test_with_index_extra_pip_installs_from_both_indexes_and_the_public_one_sees_no_token(
    machine: BuildMachine, team: Team, private_python: PythonRegistry, public_python: PythonRegistry
) -> None:
    private_python.publish("acme-only", "1.0.0")
    machine.write({"requirements.txt": "acme-only\nopen-thing\n"})
    extra = Entry("Acme", "pip", private_python, {"username": READER, "index": "extra"})
    machine.run_hook(team.write_hook(extra))
    public_python.front.forget()

    machine.run("pip", "install", *PYPI, *INTO, "-r", "requirements.txt").assert_success()

    assert installed(machine, "acme-only") == {"1.0.0"}
    assert installed(machine, "open-thing") == {"2.0.0"}
    assert public_python.front.authorizations() == set()


def test_a_public_package_of_the_same_name_does_not_win_with_uv_and_its_index_sees_no_token(
    machine: BuildMachine,
    team: Team,
    acme: Entry,
    private_python: PythonRegistry,
    public_python: PythonRegistry,
) -> None:
    project = uv_project(private_python.url)["pyproject.toml"]
    project = project.replace("default = true", "").replace('["acme-thing"]', '["acme-thing", "open-thing"]')
    machine.write({"pyproject.toml": project})
    machine.run_hook(team.write_hook(acme))
    public_python.front.forget()

    machine.run("uv", "sync").assert_success()

    assert installed(machine, "acme-thing") == {"1.0.0"}
    assert installed(machine, "open-thing") == {"2.0.0"}
    assert public_python.front.requests
    assert public_python.front.authorizations() == set()


@pytest.mark.parametrize(
    "settings",
    [
        ("global.index-url", "https://pypi.org/simple/"),
        ("install.index_url", "https://pypi.org/simple/"),
        ("global.extra-index-url", "https://pypi.org/simple/"),
        ("install.extra-index-url", "https://pypi.org/simple/"),
    ],
    ids=lambda settings: settings[0],
)
def test_what_pip_config_set_has_written_is_in_nobodys_way(
    machine: BuildMachine, team: Team, acme: Entry, public_python: PythonRegistry, settings: tuple[str, str]
) -> None:
    """Neither before the hook, nor after it, when pip drops the remarks around what the hook wrote."""
    machine.write(PLAIN)
    hook = team.write_hook(acme)
    for target in ("one", "two"):
        machine.run("pip", "config", "--user", "set", *settings).assert_success()
        machine.run_hook(hook)
        public_python.front.forget()

        machine.run("pip", "install", "--target", target, "-r", "requirements.txt").assert_success()

        assert installed(machine, "acme-thing") == {"1.0.0"}
        assert public_python.front.requests == []


def test_the_file_of_a_virtual_environment_is_refused_and_really_wins(
    machine: BuildMachine, team: Team, acme: Entry
) -> None:
    hook = team.write_hook(acme)
    machine.run_hook(hook)
    machine.write(PLAIN)
    machine.run(sys.executable, "-m", "venv", "--system-site-packages", ".venv").assert_success()
    machine.write({".venv/pip.conf": "[global]\nindex-url = https://pypi.org/simple/\n"})

    machine.run("bash", str(hook), "--look").assert_failure(
        ".venv/pip.conf, line 2: this index-url wins over"
    )

    pip = (".venv/bin/python", "-m", "pip", "install", "--target", "packages", "acme-thing")
    machine.run(*pip).assert_success()
    assert installed(machine, "acme-thing") == {"99.0.0"}
