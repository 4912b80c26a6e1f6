"""Who gains and who loses access to which token, from what a stack was made from and what it is to become."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.configuration import Configuration


@dataclass(frozen=True)
class AccessChange:
    """A change of who can read what, as a person would say it."""

    sentence: str
    needs_consent: bool
    """Whether somebody loses access, or the tokens are opened to more than they were."""


def changes(
    before: Configuration,
    after: Configuration,
    names_before: Mapping[str, str],
    names_after: Mapping[str, str],
) -> list[AccessChange]:
    """Return what changes, the losses first.

    Args:
        before: what the stack was made from.
        after: what it is to be made from.
        names_before: the name of each secret that the stack has, by its repository's id.
        names_after: the name of each secret that it is to have.
    """
    found = [*_secrets(names_before, names_after), *_roles(before, after), *_paths(before, after)]
    return sorted(found, key=lambda change: not change.needs_consent)


def _secrets(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[AccessChange]:
    for name, secret in before.items():
        if name not in after:
            yield AccessChange(f"Builds can no longer read {secret} ({name}).", needs_consent=True)
    for name, secret in after.items():
        if name not in before:
            yield AccessChange(f"Builds can read {secret} ({name}).", needs_consent=False)


def _roles(before: Configuration, after: Configuration) -> Iterator[AccessChange]:
    for role in sorted({*before.build_roles} - {*after.build_roles}):
        yield AccessChange(f"The role {role} can no longer read any token.", needs_consent=True)
    for role in sorted({*after.build_roles} - {*before.build_roles}):
        yield AccessChange(f"The role {role} can read all tokens.", needs_consent=False)


def _paths(before: Configuration, after: Configuration) -> Iterator[AccessChange]:
    ours, theirs = {*after.organization_paths}, {*before.organization_paths}
    if theirs and not ours:
        listed = ", ".join(sorted(theirs))
        yield AccessChange(
            f"Build roles in the whole organization can read, no longer only those in {listed}.",
            needs_consent=True,
        )
    elif ours and not theirs:
        listed = ", ".join(sorted(ours))
        yield AccessChange(f"Build roles outside {listed} can no longer read any token.", needs_consent=True)
    else:
        for path in sorted(theirs - ours):
            yield AccessChange(f"Build roles in {path} can no longer read any token.", needs_consent=True)
        for path in sorted(ours - theirs):
            yield AccessChange(f"Build roles in {path} can read all tokens.", needs_consent=True)
