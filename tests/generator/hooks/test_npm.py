import pytest

from generator.errors import ConfigurationError
from generator.hooks.npm import MANAGER
from tests.generator.hooks.manager_case import configure

ACME = {"id": "Acme", "manager": "npm", "url": "https://npm.pkg.github.com"}


def test_with_a_scope() -> None:
    assert configure(MANAGER, ACME | {"scope": "@acme"}) == [
        "local path",
        "find_npmrcs",
        'for path in "${npmrcs[@]}"; do',
        '  open_file "${path}"',
        "  remove_blocks Acme '//npm.pkg.github.com/:_authToken=' '@acme:registry='",
        "  put_into_npmrc Acme 'https://npm.pkg.github.com/' '@acme'",
        "  stage_file",
        "done",
        "look_around_npmrc 'https://npm.pkg.github.com/' '@acme'",
    ]


def test_without_a_scope_the_registry_stays_what_it_is() -> None:
    assert "registry=" not in "\n".join(configure(MANAGER, ACME))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://npm.example.com", "//npm.example.com/:"),
        ("https://NPM.example.com:443/", "//npm.example.com/:"),
        ("https://npm.example.com:8443/a/b", "//npm.example.com:8443/a/b/:"),
        (
            "https://gitlab.com/api/v4/groups/a%2Fb/-/packages/npm/",
            "//gitlab.com/api/v4/groups/a%2Fb/-/packages/npm/:",
        ),
        ("https://example.com/a;b#'"[:23], "//example.com/a%3Bb/:"),
    ],
)
def test_the_key_is_the_one_that_npm_looks_for(url: str, key: str) -> None:
    assert f"  put_into_npmrc Acme 'https:{key[:-1]}' ''" in configure(MANAGER, ACME | {"url": url})


def test_two_repositories_with_one_key() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        configure(MANAGER, ACME, ACME | {"id": "Other", "url": "https://npm.pkg.github.com/"})

    assert str(refusal.value) == (
        "repositories Acme and Other, field url: npm keeps one token for //npm.pkg.github.com/,"
        " take one of the two with --only"
    )
