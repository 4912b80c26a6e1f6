"""One hook serves several repositories, and each sees its own token only."""

import json
from pathlib import Path

import pytest

from tests.e2e.hooks import tools
from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import NpmRegistry, PythonRegistry
from tests.e2e.hooks.servers import READER

pytestmark = [
    pytest.mark.server,
    pytest.mark.node,
    pytest.mark.usefixtures("public_npm", "public_python"),
]


def test_one_hook_lets_npm_yarn_and_pip_install_and_no_token_goes_astray(
    machine: BuildMachine,
    team: Team,
    node_modules: Path,
    private_npm: NpmRegistry,
    private_python: PythonRegistry,
) -> None:
    machine.add_program("yarn4", "node", node_modules / "@yarnpkg" / "cli-dist" / "bin" / "yarn.js")
    machine.add_program("pip", tools.python_tool("pip") / "pip")
    package = {"name": "shop", "version": "1.0.0", "dependencies": {"@acme/thing": "*"}}
    machine.write(
        {
            "package.json": json.dumps(package),
            ".yarnrc.yml": "nodeLinker: node-modules\nnpmPreapprovedPackages: ['@acme/*']\n",
        }
    )
    hook = team.write_hook(
        Entry("AcmeNpm", "npm", private_npm, {"scope": "@acme"}),
        Entry("AcmeYarn", "yarn", private_npm, {"scope": "@acme"}),
        Entry("AcmePython", "pip", private_python, {"username": READER}),
    )
    machine.run_hook(hook)
    private_npm.front.forget()
    private_python.front.forget()

    machine.run("npm", "install").assert_success()
    machine.run("rm", "-r", "node_modules", "package-lock.json").assert_success()
    machine.run("yarn4", "install").assert_success()
    machine.run("pip", "install", "--target", "packages", "acme-thing").assert_success()

    assert (machine.project / "node_modules" / "@acme" / "thing").exists()
    assert (machine.project / "packages" / "acme_thing.py").exists()
    assert private_npm.front.authorizations() == {private_npm.authorization(team.current["AcmeNpm"])}
    assert private_python.front.authorizations() == {private_python.authorization(team.current["AcmePython"])}
