"""What the tests of the generator share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from generator import configuration, configuration_file, document, templates
from generator.configuration import Configuration, Repository
from tests import ROOT
from tests.generator.cloudformation import Document, read

GOLDEN = Path(__file__).parent / "golden"
RICH = configuration_file.load(GOLDEN / "rich.yaml")
EXAMPLE = ROOT / "examples/without-stackery"
WITHOUT = configuration_file.load(EXAMPLE / "repositories.yaml")
"""Without the role check."""
LARGE = Configuration(
    repositories=tuple(
        Repository(id=f"R{number}", manager="npm", url="https://npm.acme.example", secret=f"/acme/{number}")
        for number in range(configuration.MAXIMUM_REPOSITORIES)
    )
)
NOBODY = 65534

settings.register_profile(
    "generator", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("generator")


def text_of(name: str, repositories: Configuration, document_format: document.Format = "yaml") -> str:
    """Return the text of one template."""
    return document.render(templates.TEMPLATES[name](repositories), document_format)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody whom file permissions bind: root is nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="session")
def default() -> Document:
    """The main template for the default configuration."""
    return read(text_of("private-packages", configuration.DEFAULT))


@pytest.fixture(scope="session")
def rich() -> Document:
    """The main template for a configuration that uses all there is."""
    return read(text_of("private-packages", RICH))


@pytest.fixture(scope="session")
def without() -> Document:
    """The main template without the role check."""
    return read(text_of("private-packages", WITHOUT))


CONFIGURATIONS = {"default": configuration.DEFAULT, "rich": RICH, "without": WITHOUT}
CHECKED = ["default private-packages", "default role-check", "rich private-packages", "rich role-check"]
"""The templates with the role check."""


@pytest.fixture(scope="session", params=[*CHECKED, "without private-packages"])
def template(request: pytest.FixtureRequest) -> Document:
    """Each template for each of the configurations in turn."""
    configured, name = request.param.split()
    return read(text_of(name, CONFIGURATIONS[configured]))
