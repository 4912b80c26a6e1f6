"""What differs between two configurations, in words."""

from generator.configuration import Configuration, Repository
from generator.configuration_difference import differences

NPM = Repository(id="Npm", manager="npm", url="https://npm.acme.example", scope="@acme", secret="/npm")
PIP = Repository(id="Pip", manager="pip", url="https://pip.acme.example", secret="/pip")


def made(*repositories: Repository) -> Configuration:
    return Configuration(repositories=repositories)


def test_the_order_and_what_no_hook_reads_make_no_difference() -> None:
    renamed = PIP.model_copy(update={"description": "Another", "secret": "/other"})
    assert differences(made(NPM, PIP), made(renamed, NPM), "the stack") == []


def test_a_repository_that_only_one_has_is_named() -> None:
    assert differences(made(NPM), made(PIP), "the stack") == ["Npm is only here", "Pip is only in the stack"]


def test_a_field_is_named_with_both_values() -> None:
    other = NPM.model_copy(update={"scope": None, "url": "https://new.acme.example"})
    assert differences(made(NPM), made(other), "the stack") == [
        "Npm, field url: here https://npm.acme.example, in the stack https://new.acme.example",
        "Npm, field scope: here @acme, in the stack not set",
    ]
