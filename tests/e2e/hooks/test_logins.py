"""A HOME in which a package manager's own login has written is set up, before the first run and after it."""

import time
from dataclasses import dataclass

import pytest

from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import NpmRegistry, PythonRegistry
from tests.e2e.hooks.servers import READER
from tests.e2e.hooks.test_npm import COMMANDS, Command, installed, project
from tests.e2e.hooks.test_python import WAYS
from tests.e2e.terminal import terminal

pytestmark = [
    pytest.mark.server,
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.usefixtures("public_npm", "node_programs"),
]


@dataclass(frozen=True)
class Login:
    """How a user logs in."""

    command: Command
    words: tuple[str, ...]
    """What the user types, with {url} for the registry."""
    file: str
    """Where the login writes its token."""
    questions: tuple[str, ...] = ("sername", "assword")


NPM = ("login", "--auth-type=legacy", "--scope=@acme", "--registry={url}")
THREE = ("sername", "assword", "mail")
LOGINS = {
    "npm 10": Login(COMMANDS["npm 10"], ("npm10", *NPM), ".npmrc"),
    "npm 12": Login(COMMANDS["npm 12"], ("npm12", *NPM), ".npmrc"),
    # It hands this to the npm of the machine, as pnpm 9 does.
    "pnpm 10": Login(COMMANDS["pnpm 10"], ("pnpm10", *NPM), ".npmrc"),
    "pnpm 11": Login(COMMANDS["pnpm 11"], ("pnpm11", "login", *NPM[2:]), ".config/pnpm/auth.ini", THREE),
    "pnpm 12": Login(COMMANDS["pnpm 12"], ("pnpm12", "login", *NPM[2:]), ".config/pnpm/auth.ini", THREE),
    "yarn 4": Login(COMMANDS["yarn 4"], ("yarn4", "npm", "login", "--scope=acme"), ".yarnrc.yml"),
}


def log_in(machine: BuildMachine, login: Login, registry: NpmRegistry) -> None:
    """Log in as a user does, at a terminal."""
    environment = [f"{name}={value}" for name, value in machine.environment.items()]
    words = [word.format(url=registry.url) for word in login.words]
    with terminal(
        "-i", *environment, *words, folder=machine.project, environment={}, program="/usr/bin/env"
    ) as asked:
        for question in login.questions:
            asked.wait_for(question)
            time.sleep(0.5)  # pnpm 12 throws away what was typed before it hides the password
            asked.type(
                {"sername": READER, "assword": registry.password}.get(question, "me@example.com") + "\r"
            )
        assert asked.end() == 0, asked.text


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS.keys())
def test_a_login_is_in_nobodys_way(
    machine: BuildMachine, team: Team, private_npm: NpmRegistry, public_npm: NpmRegistry, login: Login
) -> None:
    project(machine, registry=private_npm if login.command.setting == "yarn" else None)
    entry = Entry("Acme", login.command.setting, private_npm, {"scope": "@acme"})
    hook = team.write_hook(entry)
    for _ in range(2):
        log_in(machine, login, private_npm)
        assert "oken" in (machine.home / login.file).read_text()
        token = team.issue_token(private_npm, entry.id)

        machine.run_hook(hook)
        private_npm.front.forget()
        machine.run(*login.command.install).assert_success()

        assert private_npm.front.authorizations() <= {private_npm.authorization(token)}
        assert installed(machine, "@acme/thing") == "1.0.0"
    assert public_npm.front.authorizations() == set()


@pytest.mark.usefixtures("public_python", "python_programs")
@pytest.mark.parametrize(
    "words",
    [
        ("poetry", "config", "http-basic.other", READER, "theirs"),
        ("poetry", "config", "pypi-token.pypi", "theirs"),
        ("pip23", "config", "--user", "set", "global.index-url", "https://pypi.org/simple/"),
    ],
    ids=["poetry http-basic", "poetry pypi-token", "pip 23"],
)
def test_what_python_tools_keep_of_other_indexes_is_in_nobodys_way(
    machine: BuildMachine, team: Team, private_python: PythonRegistry, words: tuple[str, ...]
) -> None:
    way = WAYS["poetry install" if words[0] == "poetry" else "pip 23 install"]
    machine.write(way.files(private_python.url))
    hook = team.write_hook(Entry("Acme", "pip", private_python, {"username": READER}))
    for _ in range(2):
        machine.run(*words).assert_success()
        machine.run_hook(hook)

    private_python.front.forget()
    machine.run(*way.command).assert_success()

    token = team.current["Acme"]
    assert private_python.front.authorizations() == {private_python.authorization(token)}
