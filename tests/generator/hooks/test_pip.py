import pytest

from generator.errors import ConfigurationError
from generator.hooks.pip import MANAGER
from tests.generator.hooks.manager_case import configure

ACME = {"id": "Acme", "manager": "pip", "url": "https://pypi.example.com/simple"}
BETA = {"id": "Beta", "manager": "pip", "url": "https://beta.example.com:8443/simple/", "index": "extra"}


PIP_CONF = [
    "find_pip_conf",
    'open_file "${path}"',
    "remove_blocks pip",
    "put_into_pip_conf",
    "stage_file",
    "look_around_pip_conf",
]


def test_one_index_that_is_the_only_one() -> None:
    assert configure(MANAGER, ACME) == [
        "local path",
        "find_netrc",
        'open_file "${path}"',
        "remove_blocks Acme 'machine pypi.example.com login '",
        "look_into_netrc",
        "put_into_netrc Acme pypi.example.com '__token__'",
        "stage_file",
        "",
        "pip_index='https://pypi.example.com/simple/'",
        "pip_extra=''",
        *PIP_CONF,
    ]


def test_one_as_well_as_pypi() -> None:
    assert configure(MANAGER, BETA | {"username": "reader"})[5:] == [
        "put_into_netrc Beta beta.example.com 'reader'",
        "stage_file",
        "",
        "pip_index=''",
        "pip_extra='https://beta.example.com:8443/simple/'",
        *PIP_CONF,
    ]


def test_several_indexes() -> None:
    other = BETA | {"id": "Gamma", "url": "https://gamma.example.com"}

    lines = configure(MANAGER, BETA, ACME, other)

    assert lines[-8:-6] == [
        "pip_index='https://pypi.example.com/simple/'",
        "pip_extra='https://beta.example.com:8443/simple/ https://gamma.example.com/'",
    ]


def test_two_indexes_that_are_each_the_only_one() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^repositories Acme and Beta, field index: pip asks one index only"
    ):
        configure(MANAGER, ACME, BETA | {"index": "only"})


def test_two_indexes_on_one_host() -> None:
    with pytest.raises(
        ConfigurationError, match=r"field url: pip keeps one token for pypi.example.com, take one"
    ):
        configure(
            MANAGER, ACME, ACME | {"id": "Beta", "url": "https://pypi.example.com:8443/", "index": "extra"}
        )
