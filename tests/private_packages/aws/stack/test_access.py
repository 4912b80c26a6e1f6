"""Who gains and who loses access."""

import pytest

from generator.configuration import DEFAULT, Configuration
from private_packages.aws.stack.access import AccessChange, changes

PATH, OTHER = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*", "o-a1b2c3d4e5/r-ab12/ou-ab12-22222222/*"
NAMES = {"Npm": "/npm"}


def made(**fields: object) -> Configuration:
    return DEFAULT.model_copy(update=fields)


def between(before: Configuration, after: Configuration) -> list[AccessChange]:
    return changes(before, after, NAMES, NAMES)


def test_nothing_changes() -> None:
    assert between(DEFAULT, DEFAULT) == []
    roles = ("a/b", "c/d")
    assert between(made(build_roles=roles), made(build_roles=roles[::-1])) == []


def test_a_repository_less_is_told_first_and_needs_consent() -> None:
    assert changes(DEFAULT, DEFAULT, {"Npm": "/npm"}, {"Pip": "/pip"}) == [
        AccessChange("Builds can no longer read /npm (Npm).", needs_consent=True),
        AccessChange("Builds can read /pip (Pip).", needs_consent=False),
    ]


def test_roles_that_come_and_go() -> None:
    assert between(made(build_roles=("a/b",)), made(build_roles=("c/d",))) == [
        AccessChange("The role a/b can no longer read any token.", needs_consent=True),
        AccessChange("The role c/d can read all tokens.", needs_consent=False),
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ((), (PATH,), f"Build roles outside {PATH} can no longer read any token."),
        (
            (PATH,),
            (),
            f"Build roles in the whole organization can read, no longer only those in {PATH}.",
        ),
        ((PATH, OTHER), (PATH,), f"Build roles in {OTHER} can no longer read any token."),
        ((PATH,), (PATH, OTHER), f"Build roles in {OTHER} can read all tokens."),
    ],
)
def test_another_part_of_the_organization_needs_consent(
    before: tuple[str, ...], after: tuple[str, ...], sentence: str
) -> None:
    found = between(made(organization_paths=before), made(organization_paths=after))
    assert found == [AccessChange(sentence, needs_consent=True)]
