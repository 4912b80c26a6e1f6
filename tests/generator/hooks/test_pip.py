import pytest

from generator.errors import ConfigurationError
from generator.hooks.pip import MANAGER
from tests.generator.hooks.manager_case import configure

ACME = {"id": "Acme", "manager": "pip", "url": "https://pypi.example.com/simple"}
BETA = {"id": "Beta", "manager": "pip", "url": "https://beta.example.com:8443/simple/", "index": "extra"}


def test_one_index_that_is_the_only_one() -> None:
    assert configure(MANAGER, ACME) == [
        'open_file "${NETRC:-${HOME}/.netrc}"',
        "put_into_netrc Acme pypi.example.com '__token__'",
        "stage_file",
        "",
        'open_file "${XDG_CONFIG_HOME:-${HOME}/.config}/pip/pip.conf"',
        "remove_block pip",
        "refuse_own_settings index-url extra-index-url",
        "put_below '[global]' '' pip \\",
        "  'index-url = https://pypi.example.com/simple/' \\",
        "  'extra-index-url ='",
        "stage_file",
    ]


def test_one_as_well_as_pypi() -> None:
    assert configure(MANAGER, BETA | {"username": "reader"})[1:] == [
        "put_into_netrc Beta beta.example.com 'reader'",
        "stage_file",
        "",
        'open_file "${XDG_CONFIG_HOME:-${HOME}/.config}/pip/pip.conf"',
        "remove_block pip",
        "refuse_own_settings extra-index-url",
        "put_below '[global]' '' pip \\",
        "  'extra-index-url = https://beta.example.com:8443/simple/'",
        "stage_file",
    ]


def test_several_indexes() -> None:
    other = BETA | {"id": "Gamma", "url": "https://gamma.example.com"}

    lines = configure(MANAGER, BETA, ACME, other)

    assert lines[-4:-1] == [
        "put_below '[global]' '' pip \\",
        "  'index-url = https://pypi.example.com/simple/' \\",
        "  'extra-index-url = https://beta.example.com:8443/simple/ https://gamma.example.com/'",
    ]


def test_two_indexes_that_are_each_the_only_one() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^repositories Acme and Beta, field index: pip asks one index only"
    ):
        configure(MANAGER, ACME, BETA | {"index": "only"})


def test_two_indexes_on_one_host() -> None:
    with pytest.raises(
        ConfigurationError, match=r"field url: pip keeps one token for pypi.example.com, remove one"
    ):
        configure(
            MANAGER, ACME, ACME | {"id": "Beta", "url": "https://pypi.example.com:8443/", "index": "extra"}
        )
