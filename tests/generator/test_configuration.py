"""The configuration as Python makes it; what a file may say is told in test_configuration_file.py."""

import pytest
from pydantic import ValidationError

from generator.address import Address
from generator.configuration import DEFAULT, Configuration, Repository


def test_a_repository_knows_its_url_as_written_and_in_its_parts() -> None:
    repository = Repository(id="Acme", manager="npm", url="https://Acme.example:443/npm/", secret="acme")
    assert repository.url == "https://Acme.example:443/npm/"
    assert repository.address == Address("acme.example", None, "/npm")
    assert repository.address is repository.address


def test_the_parts_of_the_url_make_no_two_repositories_differ() -> None:
    one, other = (
        Repository(id="Acme", manager="npm", url="https://acme.example", secret="acme") for _ in "12"
    )
    assert one.address.host == "acme.example"
    assert one == other


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DEFAULT.block_public_policy = True  # type: ignore[misc]


def test_what_was_said_without_a_role_check_is_said_again_even_where_it_is_the_default_of_the_other() -> None:
    without = Configuration(
        repositories=DEFAULT.repositories, role_check="none", build_roles=DEFAULT.build_roles
    )
    assert Configuration.model_validate(without.document()) == without
