"""A repository's URL in its parts: as package managers look it up, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.address import FIX, Address


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://npm.pkg.github.com", "npm.pkg.github.com", ""),
        ("https://NPM.Acme.example/", "npm.acme.example", ""),
        ("https://acme.example:443/npm//", "acme.example", "/npm"),
        ("https://acme.example:8443/npm/", "acme.example:8443", "/npm"),
        ("https://acme.example/it's;here", "acme.example", "/it%27s%3Bhere"),
        ("https://acme.example/a%2Fb", "acme.example", "/a%2Fb"),
    ],
)
def test_the_parts_of_an_address(url: str, authority: str, path: str) -> None:
    address = Address.of(url)
    assert (address.authority, address.path) == (authority, path)
    assert address.url == f"https://{authority}{path}/"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "npm.pkg.github.com",
        "http://acme.example",
        "https://",
        "https://me:token@acme.example",
        "https://acme.example?key=token",
        "https://acme.example/#",
        "https://acme.example:",
        "https://acme.example:port",
        "https://acme.example:65536",
        "https://[::1]",
        "https://[acme",
        "https://acme.example/ ",
        "https://acme.example\n",
        "https://äcme.example",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match=FIX):
        Address.of(url)


@given(st.from_regex(r"https://[A-Za-z0-9._-]{1,20}(:[0-9]{1,4})?(/[!-~]{0,20})?", fullmatch=True))
def test_an_address_taken_apart_and_put_together_stays_the_same(url: str) -> None:
    try:
        address = Address.of(url)
    except ValueError:
        return
    assert Address.of(address.url) == address
