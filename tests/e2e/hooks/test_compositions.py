"""The package managers themselves judge files put together from what people have in them.

`make test` runs a sample that is always the same, `make soak` a hundred for each program (COMPOSITIONS says
how many). Hosts are called as they are in the files: a registry on this machine plays the only one.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.hooks import packages, tools
from tests.e2e.hooks.certificates import Authority
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.servers import Front, Internet, Shelf, htpasswd_line
from tests.e2e.hooks.test_maven import VALIDATE
from tests.e2e.hooks.test_maven import project as maven_project
from tests.e2e.hooks.test_npm import COMMANDS
from tests.e2e.hooks.test_python import INTO, PLAIN, WAYS
from tests.hooks.machine import TOKEN, Machine, refused
from tests.hooks.test_compositions import FORMATS, compositions

COUNT = int(os.environ.get("COMPOSITIONS", "1"))
"""How many files that the hook has set up each program judges."""

pytestmark = [pytest.mark.server, pytest.mark.node, pytest.mark.slow]


@dataclass(frozen=True)
class Judge:
    """A program, and a project in which it asks for the private package."""

    format: str
    files: Mapping[str, str]
    command: tuple[str, ...]


NODE_PROJECT = {
    "package.json": json.dumps({"name": "shop", "version": "1.0.0", "dependencies": {"@acme/thing": "*"}}),
    ".yarnrc.yml": "npmPreapprovedPackages: ['@acme/*']\n",
}
INDEX = "https://pypi.example.com/simple/"
JUDGES = {
    **{
        name: Judge({"npm": "npmrc", "yarn": "yarnrc"}[command.setting], NODE_PROJECT, command.install)
        for name, command in COMMANDS.items()
    },
    **{
        name: Judge("pip.conf", PLAIN, (name, "install", "--no-cache-dir", *INTO, "acme-thing"))
        for name in ("pip", "pip23")
    },
    **{
        f"{name} by netrc": Judge("netrc", WAYS[name].files(INDEX), WAYS[name].command)
        for name in ("pip install", "pip 23 install", "uv pip install", "poetry install")
    },
    "curl": Judge("netrc", {}, ("curl", "--netrc", "--fail", f"{INDEX}acme-thing/")),
    "mvn": Judge("settings", {}, VALIDATE),
}


@contextmanager
def registry(folder: Path, authority: Authority, host: str) -> Iterator[tuple[Front, Internet]]:
    """Run a registry that has acme-thing for everybody who shows the token, and is the only host there is."""
    document = packages.npm_publication("@acme/thing", "1.0.0", f"https://{host}/acme/")
    ((file, attachment),) = document.pop("_attachments").items()
    package = folder / "acme" / "@acme" / "thing"
    (package / "-" / "@acme").mkdir(parents=True)
    (package / "-" / file).write_bytes(base64.b64decode(attachment["data"]))
    (package / "index.html").write_text(json.dumps(document))
    index = folder / "simple" / "acme-thing"
    index.mkdir(parents=True)
    packages.write_wheel(index, "acme-thing", "1.0.0")
    (wheel,) = index.iterdir()
    (index / "index.html").write_text(f'<!DOCTYPE html><a href="{wheel.name}">{wheel.name}</a>')
    packages.write_maven_artifacts(folder / "releases", "thing", "1.0.0")
    (folder / "htpasswd").write_text(htpasswd_line("reader", TOKEN))
    shelf = Shelf(folder, folder / "htpasswd")
    front = Front(authority.server, shelf.server_port)
    internet = Internet({host: front.server_port})
    with shelf.running(), front.running(), internet.running():
        yield front, internet


def builds(folder: Path, authority: Authority, internet: Internet) -> Iterator[tuple[BuildMachine, Machine]]:
    """Return new machines, each with a hook on it that needs no server for the token."""
    for number in range(1_000_000):
        build = BuildMachine(folder / str(number), authority, internet.server_port, {}, set())
        machine = Machine(folder / str(number) / "hook")
        machine.home = build.home
        machine.environment["HOME"] = str(build.home)
        machine.path = build.project / "deployHooks" / machine.path.name
        machine.path.parent.mkdir()
        machine.store(AcmeNpm=TOKEN, AcmePip=TOKEN, AcmeYarn=TOKEN, AcmeMaven=TOKEN)
        yield build, machine
        shutil.rmtree(build.folder)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.needs(name) if name in ("mvn", "curl") else ()) for name in JUDGES],
)
def test_a_program_finds_the_token_in_a_composed_file_and_asks_nobody_else(
    tmp_path: Path, authority: Authority, node_modules: Path, name: str
) -> None:
    judge = JUDGES[name]
    kind = FORMATS[judge.format]
    host = kind.repository.partition("url: https://")[2].partition("/")[0]
    basic = base64.b64encode(f"reader:{TOKEN}".encode()).decode()
    token = {f"Bearer {TOKEN}"} if judge.format in ("npmrc", "yarnrc") else {f"Basic {basic}"}
    refusals = judged = 0
    with registry(tmp_path / "registry", authority, host) as (front, internet):
        for text, (build, machine) in zip(
            compositions(kind, name), builds(tmp_path, authority, internet), strict=False
        ):
            tools.add_node_programs(build, node_modules)
            tools.add_python_programs(build)
            build.write(judge.files)
            if name == "mvn":
                maven_project(build, f"https://{host}/releases")
            path = build.home / kind.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            before: set[str] = set()
            if (
                name == "curl"
            ):  # it takes the first of several entries, so one of the user's own stays in force
                front.forget()
                build.run(*judge.command)
                before = set(front.authorizations())
            machine.make(kind.repository)

            done = machine.run(check=False)

            if done.returncode:
                refused(done)
                assert path.read_bytes() == text
                refusals += 1
                continue
            front.forget()
            internet.refused.clear()
            outcome = build.run(*judge.command)
            said = f"{outcome.command}\n{path.read_text()}\n{outcome.output}"
            assert set(front.authorizations()) == (before or token), said
            assert outcome.code == 0 or before, said
            assert internet.refused == [], said
            judged += 1
            if judged == COUNT:
                break
    print(f"\n{name}: {judged} files of {kind.file} judged, {refusals} more refused")
