"""Maven gets private artifacts after the generated hook has run, and not without it.

Maven resolves imported bills of materials and build extensions by itself, without any plugin: so these tests
need nothing of Maven Central.
"""

import pytest

from tests.e2e.hooks import packages
from tests.e2e.hooks.conftest import Entry, Team
from tests.e2e.hooks.machine import BuildMachine
from tests.e2e.hooks.registries import MavenRegistry
from tests.e2e.hooks.servers import READER

pytestmark = [
    pytest.mark.server,
    pytest.mark.needs("mvn"),
]

VALIDATE = ("mvn", "--batch-mode", "--no-transfer-progress", "validate")


def project(machine: BuildMachine, url: str) -> None:
    """Write a project that names the private repository and needs two things of it."""
    needs = f"""
  <repositories>
    <repository><id>acme</id><url>{url}</url></repository>
  </repositories>
  <pluginRepositories>
    <pluginRepository><id>acme</id><url>{url}</url></pluginRepository>
  </pluginRepositories>
  <dependencyManagement><dependencies><dependency>
    <groupId>com.acme</groupId><artifactId>thing-bom</artifactId><version>1.0.0</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <build><extensions><extension>
    <groupId>com.acme</groupId><artifactId>thing</artifactId><version>1.0.0</version>
  </extension></extensions></build>
"""
    machine.write({"pom.xml": packages.maven_pom("com.acme", "shop", "1.0.0", "pom", needs)})


def test_the_private_artifacts_do_not_come_without_the_hook(
    machine: BuildMachine, private_maven: MavenRegistry
) -> None:
    project(machine, private_maven.url)
    private_maven.front.forget()

    machine.run(*VALIDATE).assert_failure("status: 401 Unauthorized")

    assert private_maven.front.refused_all()


def test_the_private_artifacts_come_after_the_hook(
    machine: BuildMachine, team: Team, private_maven: MavenRegistry
) -> None:
    project(machine, private_maven.url)
    entry = Entry("Acme", "maven", private_maven, {"username": READER, "server_id": "acme"})
    machine.run_hook(team.write_hook(entry))

    machine.run(*VALIDATE).assert_success()

    repository = machine.home / ".m2" / "repository" / "com" / "acme"
    assert (repository / "thing-bom" / "1.0.0" / "thing-bom-1.0.0.pom").exists()
    assert (repository / "thing" / "1.0.0" / "thing-1.0.0.jar").exists()
