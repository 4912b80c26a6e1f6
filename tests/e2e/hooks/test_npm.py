"""npm and its kin install a private package after the generated hook has run, and not without it."""

import json
from dataclasses import dataclass

import pytest

from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import NpmRegistry

pytestmark = [pytest.mark.server, pytest.mark.node, pytest.mark.usefixtures("public_npm", "node_programs")]


@dataclass(frozen=True)
class Command:
    """A package manager that reads package.json."""

    setting: str
    """The field `manager` of repositories.yaml."""
    install: tuple[str, ...]
    unauthorized: str
    """What it says when the registry wants a token."""


COMMANDS = {
    "npm 10": Command("npm", ("npm10", "install"), "E401"),
    "npm 11": Command("npm", ("npm11", "install"), "E401"),
    "npm 12": Command("npm", ("npm12", "install"), "E401"),
    "pnpm 9": Command("npm", ("pnpm9", "install"), "ERR_PNPM_FETCH_401"),
    "pnpm 10": Command("npm", ("pnpm10", "install"), "ERR_PNPM_FETCH_401"),
    # Like yarn 4 and deno, these hold back packages as young as those of these tests.
    "pnpm 11": Command("npm", ("pnpm11", "install", "--config.minimum-release-age=0"), "401"),
    "pnpm 12": Command("npm", ("pnpm12", "install", "--config.minimum-release-age=0"), "401"),
    "yarn 1": Command("npm", ("yarn1", "install"), "authorization required to access package @acme/thing"),
    "yarn 4": Command("yarn", ("yarn4", "install"), "Invalid authentication (as an"),
    "bun": Command("npm", ("bun", "install"), "@acme%2fthing - 401"),
    "deno": Command("npm", ("deno", "install", "--minimum-dependency-age=0"), "Bad response: 401"),
}
every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())


@pytest.fixture
def acme(command: Command, private_npm: NpmRegistry) -> Entry:
    """The private registry, as repositories.yaml has it for the command of a test."""
    return Entry("Acme", command.setting, private_npm, {"scope": "@acme"})


def project(machine: BuildMachine, *, registry: NpmRegistry | None) -> None:
    """Write a project with a private and a public package, which may name the private registry or not."""
    package = {"name": "shop", "version": "1.0.0", "dependencies": {"@acme/thing": "*", "open-thing": "*"}}
    # The packages of these tests are younger than what yarn takes by itself. No npmMinimalAgeGate: an entry
    # of npmScopes has one of its own, a day long.
    yarn = "nodeLinker: node-modules\nnpmPreapprovedPackages: ['@acme/*', open-thing]\n"
    if registry:
        machine.write({".npmrc": f"@acme:registry={registry.url}\n"})
        yarn += f"npmScopes:\n  acme:\n    npmRegistryServer: {registry.url}\n"
    machine.write({"package.json": json.dumps(package), ".yarnrc.yml": yarn})


def installed(machine: BuildMachine, package: str) -> str:
    """Return the version of an installed package, as the program that uses it sees it."""
    outcome = machine.run("node", "--print", f"require({package!r})")
    outcome.assert_success()
    return outcome.output.strip()


@every_command
def test_the_private_package_does_not_install_without_the_hook(
    machine: BuildMachine, private_npm: NpmRegistry, command: Command
) -> None:
    project(machine, registry=private_npm)

    private_npm.front.forget()
    machine.run(*command.install).assert_failure(command.unauthorized)

    assert private_npm.front.refused_all()
    assert not (machine.project / "node_modules" / "@acme").exists()


@every_command
def test_the_private_package_installs_after_the_hook(
    machine: BuildMachine,
    team: Team,
    acme: Entry,
    private_npm: NpmRegistry,
    command: Command,
) -> None:
    project(machine, registry=private_npm)

    machine.run_hook(team.write_hook(acme))
    machine.run(*command.install).assert_success()

    assert installed(machine, "@acme/thing") == "1.0.0"
    assert installed(machine, "open-thing") == "2.0.0"


@every_command
def test_a_public_package_of_the_same_name_does_not_win_and_its_registry_sees_no_token(
    machine: BuildMachine,
    team: Team,
    acme: Entry,
    public_npm: NpmRegistry,
    command: Command,
) -> None:
    project(machine, registry=None)
    machine.run_hook(team.write_hook(acme))
    public_npm.front.forget()

    machine.run(*command.install).assert_success()

    assert installed(machine, "@acme/thing") == "1.0.0"
    assert installed(machine, "open-thing") == "2.0.0"
    assert public_npm.front.requests
    assert public_npm.front.authorizations() == set()


@every_command
def test_the_public_package_of_the_same_name_would_win_without_the_hook(
    machine: BuildMachine, command: Command
) -> None:
    project(machine, registry=None)

    machine.run(*command.install).assert_success()

    assert installed(machine, "@acme/thing") == "99.0.0"


@pytest.mark.parametrize("command", [COMMANDS["npm 11"], COMMANDS["yarn 4"]], ids=["npm 11", "yarn 4"])
def test_the_hook_replaces_a_token_that_opens_nothing_any_more(
    machine: BuildMachine,
    team: Team,
    acme: Entry,
    private_npm: NpmRegistry,
    command: Command,
) -> None:
    project(machine, registry=private_npm)
    hook = team.write_hook(acme)
    machine.run_hook(hook)
    new = team.issue_token(private_npm, acme.id)
    private_npm.front.forget()
    machine.run(*command.install).assert_failure(command.unauthorized)
    assert private_npm.front.refused_all()

    machine.run_hook(hook)
    private_npm.front.forget()
    machine.run(*command.install).assert_success()

    assert private_npm.front.authorizations() == {private_npm.authorization(new)}
    assert installed(machine, "@acme/thing") == "1.0.0"


@dataclass(frozen=True)
class Own:
    """What a user's own commands have written, before the hook came."""

    command: Command
    settings: tuple[tuple[str, ...], ...]
    """Commands, with {place} for what the registry's address is without https:, and {url} for all of it."""


ELSEWHERE = "https://registry.npmjs.org/"
OWN = {
    "npm config set": Own(
        COMMANDS["npm 11"],
        (
            ("npm11", "config", "set", "--location=user", "{place}:_authToken", "old"),
            ("npm11", "config", "set", "--location=user", "@acme:registry", ELSEWHERE),
        ),
    ),
    "what npm login wrote once": Own(
        COMMANDS["npm 11"],
        (("npm11", "config", "set", "--location=user", "{place}:username=me", "{place}:_password=cA=="),),
    ),
    "pnpm 9": Own(COMMANDS["pnpm 9"], (("pnpm9", "config", "set", "{place}:_authToken", "old"),)),
    "pnpm 10": Own(COMMANDS["pnpm 10"], (("pnpm10", "config", "set", "{place}:_authToken", "old"),)),
    **{
        f"pnpm {version}": Own(
            COMMANDS[f"pnpm {version}"],
            (
                (f"pnpm{version}", "config", "set", "{place}:_authToken", "old"),
                (f"pnpm{version}", "config", "set", "@acme:registry", ELSEWHERE),
            ),
        )
        for version in (11, 12)
    },
    "yarn 1": Own(
        COMMANDS["yarn 1"],
        (
            ("yarn1", "config", "set", "{place}:_authToken", "old"),
            ("yarn1", "config", "set", "@acme:registry", ELSEWHERE),
        ),
    ),
    "yarn 4": Own(
        COMMANDS["yarn 4"],
        (
            ("yarn4", "config", "set", "--home", "npmScopes.acme.npmAuthToken", "old"),
            ("yarn4", "config", "set", "--home", "npmRegistries['{url}'].npmAuthToken", "old"),
        ),
    ),
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN.keys())
def test_what_a_users_own_commands_have_written_is_in_nobodys_way(
    machine: BuildMachine, team: Team, private_npm: NpmRegistry, public_npm: NpmRegistry, own: Own
) -> None:
    """Neither before the hook, nor after it, when they drop the remarks around what the hook wrote."""
    project(machine, registry=None)
    entry = Entry("Acme", own.command.setting, private_npm, {"scope": "@acme"})
    hook = team.write_hook(entry)
    url = private_npm.url.rstrip("/") + "/"
    for _ in range(2):
        for words in own.settings:
            setting = [word.format(place=url.removeprefix("https:"), url=url[:-1]) for word in words]
            machine.run(*setting).assert_success()
        token = team.issue_token(private_npm, entry.id)

        machine.run_hook(hook)
        private_npm.front.forget()
        machine.run(*own.command.install).assert_success()

        assert private_npm.front.authorizations() <= {private_npm.authorization(token)}
        assert installed(machine, "@acme/thing") == "1.0.0"
    assert public_npm.front.authorizations() == set()


RIVALS = {
    "a token of the project's": (".npmrc", "{place}:_authToken=${{GITHUB_TOKEN}}\n", COMMANDS["npm 11"]),
    "the scope elsewhere": (
        ".npmrc",
        "fund=false\n@acme:registry=https://other.example.com\n",
        COMMANDS["npm 11"],
    ),
    "a token for a part of it": (".npmrc", "{place}@acme/:_authToken=old\n", COMMANDS["pnpm 12"]),
    "bun's own": (
        "bunfig.toml",
        '[install.scopes]\nacme = {{ token = "old", url = "{url}" }}\n',
        COMMANDS["bun"],
    ),
    "pnpm's own": (
        "pnpm-workspace.yaml",
        "registries:\n  '@acme': https://other.example.com/\n",
        COMMANDS["pnpm 12"],
    ),
    "yarn's own": (
        ".yarnrc.yml",
        "npmScopes:\n  acme:\n    npmRegistryServer: {url}\n    npmAuthToken: '${{GITHUB_TOKEN-}}'\n",
        COMMANDS["yarn 4"],
    ),
}


@pytest.mark.parametrize(("file", "text", "command"), RIVALS.values(), ids=RIVALS.keys())
def test_what_would_win_is_refused_and_really_wins(
    machine: BuildMachine, team: Team, private_npm: NpmRegistry, file: str, text: str, command: Command
) -> None:
    project(machine, registry=None)
    url = private_npm.url.rstrip("/") + "/"
    hook = team.write_hook(Entry("Acme", command.setting, private_npm, {"scope": "@acme"}))
    machine.run_hook(hook)
    machine.write({file: text.format(place=url.removeprefix("https:"), url=url)})

    refusal = machine.run("bash", str(hook), "--look")
    refusal.assert_failure(f"{file}, line ")

    assert machine.run(*command.install).code != 0
