import pytest

from generator.errors import ConfigurationError
from generator.hooks.yarn import MANAGER
from tests.generator.hooks.manager_case import configure

ACME = {"id": "Acme", "manager": "yarn", "url": "https://npm.pkg.github.com", "scope": "@acme"}


def test_with_a_scope() -> None:
    assert configure(MANAGER, ACME) == [
        'open_file "${HOME}/.yarnrc.yml"',
        "remove_blocks Acme \"'acme':\"",
        "put_into_yarnrc Acme npmScopes 'acme' \\\n    \"  npmRegistryServer: 'https://npm.pkg.github.com/'\"",
        "stage_file",
        "look_around_yarnrc npmScopes 'acme' 'https://npm.pkg.github.com/'",
    ]


def test_without_a_scope_the_registry_stays_what_it_is() -> None:
    """The key with https wins over the one without, whatever order they stand in."""
    lines = configure(MANAGER, {"id": "Acme", "manager": "yarn", "url": "https://npm.example.com/acme"})

    assert lines[2:] == [
        "put_into_yarnrc Acme npmRegistries 'https://npm.example.com/acme'",
        "stage_file",
        "look_around_yarnrc npmRegistries 'https://npm.example.com/acme' ''",
    ]


def test_two_repositories_with_one_scope() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^repositories Acme and Other, field scope: yarn keeps one token"
    ):
        configure(MANAGER, ACME, ACME | {"id": "Other", "url": "https://npm.example.com"})


def test_two_repositories_at_one_place() -> None:
    plain = {"id": "Acme", "manager": "yarn", "url": "https://npm.example.com/acme"}

    with pytest.raises(
        ConfigurationError, match=r"^repositories Acme and Other, field url: yarn keeps one token"
    ):
        configure(MANAGER, plain, plain | {"id": "Other"})
