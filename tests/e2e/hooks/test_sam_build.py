"""`sam build`, which is what a Stackery build runs, gets private packages and keeps the token out of them."""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.hooks import tools
from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import NpmRegistry, PythonRegistry
from tests.e2e.hooks.servers import READER

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("public_python")]


@pytest.fixture
def machine(machine: BuildMachine) -> BuildMachine:
    machine.add_program("sam", tools.python_tool("aws-sam-cli") / "sam")
    return machine


def function(runtime: str, handler: str) -> dict[str, str]:
    """Return a SAM template with one function, as JSON, which is YAML as well."""
    properties = {"CodeUri": "function/", "Runtime": runtime, "Handler": handler}
    resource = {"Type": "AWS::Serverless::Function", "Properties": properties}
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Function": resource}}
    return {"template.yaml": json.dumps(template)}


def node_function(machine: BuildMachine, registry: NpmRegistry) -> None:
    package = {
        "name": "function",
        "version": "1.0.0",
        "dependencies": {"@acme/thing": "*", "open-thing": "*"},
    }
    machine.write(
        function("nodejs20.x", "index.handler")
        | {
            "function/package.json": json.dumps(package),
            "function/.npmrc": f"@acme:registry={registry.url}\n",
            "function/index.js": "exports.handler = async () => require('@acme/thing');\n",
        }
    )


def python_function(machine: BuildMachine, registry: PythonRegistry) -> None:
    machine.write(
        function(f"python3.{sys.version_info.minor}", "index.handler")
        | {
            "function/requirements.txt": f"--index-url {registry.url}\nacme-thing\n",
            "function/index.py": "from acme_thing import VERSION\n\ndef handler(*_):\n    return VERSION\n",
        }
    )


def artifact(machine: BuildMachine) -> Path:
    return machine.project / ".aws-sam" / "build" / "Function"


def holds_token(folder: Path, team: Team) -> list[str]:
    """Return the files in a folder that hold any token there ever was, however they spell it."""
    tokens = [text.encode() for token in team.tokens for text in token.spellings()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(file) for file in files if any(token in file.read_bytes() for token in tokens)]


@pytest.mark.node
@pytest.mark.usefixtures("public_npm")
def test_a_node_function_does_not_build_without_the_hook(
    machine: BuildMachine, private_npm: NpmRegistry
) -> None:
    node_function(machine, private_npm)

    machine.run("sam", "build").assert_failure("E401")


@pytest.mark.node
@pytest.mark.usefixtures("public_npm")
def test_a_node_function_builds_after_the_hook_and_its_artifact_holds_no_token(
    machine: BuildMachine, team: Team, private_npm: NpmRegistry
) -> None:
    node_function(machine, private_npm)
    machine.run_hook(team.write_hook(Entry("Acme", "npm", private_npm, {"scope": "@acme"})))

    machine.run("sam", "build").assert_success()

    answer = machine.run(
        "node", "--print", f"require({str(artifact(machine) / 'node_modules/@acme/thing')!r})"
    )
    assert answer.output.strip() == "1.0.0"
    assert holds_token(machine.project, team) == []


def test_a_python_function_does_not_build_without_the_hook(
    machine: BuildMachine, private_python: PythonRegistry
) -> None:
    python_function(machine, private_python)
    private_python.front.forget()

    machine.run("sam", "build").assert_failure("handle_401")

    assert private_python.front.refused_all()


def test_a_python_function_builds_after_the_hook_and_its_artifact_holds_no_token(
    machine: BuildMachine, team: Team, private_python: PythonRegistry
) -> None:
    python_function(machine, private_python)
    machine.run_hook(team.write_hook(Entry("Acme", "pip", private_python, {"username": READER})))

    machine.run("sam", "build").assert_success()

    assert 'VERSION = "1.0.0"' in (artifact(machine) / "acme_thing.py").read_text()
    assert holds_token(machine.project, team) == []
