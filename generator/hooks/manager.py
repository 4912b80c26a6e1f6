"""What a package manager's module tells about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.configuration import Repository
from generator.errors import ConfigurationError


@dataclass(frozen=True)
class Manager:
    """One package manager, as far as the hook has to know it."""

    readers: str
    """Those who find their token by what the hook writes, for the hook's header."""
    files: str
    """What the hook writes, for the hook's header."""
    configure: Callable[[Sequence[Repository]], list[str]]
    """Returns the body of the bash function that configures this package manager, line by line.

    It gets all repositories of this package manager, and raises `ConfigurationError` where it cannot serve
    them together. Tokens are in the array `tokens`, to be used in double quotes.
    """
    parts: tuple[str, ...] = ()
    """Files beside this one whose bash functions the body calls, besides hook.bash and NAME.bash."""


def by_place(
    repositories: Iterable[Repository],
    place_of: Callable[[Repository], str],
    fault: Callable[[Repository, str], str],
) -> dict[str, Repository]:
    """Return repositories by the place that the token of each has in the file of a package manager.

    Args:
        repositories: those of the package manager.
        place_of: returns the place.
        fault: returns what to say of the second repository at a place, to complete the sentence.

    Raises:
        ConfigurationError: two have the same place.
    """
    found: dict[str, Repository] = {}
    for repository in repositories:
        place = place_of(repository)
        if place in found:
            raise ConfigurationError(
                f"repositories {found[place].id} and {repository.id}, {fault(repository, place)}"
            )
        found[place] = repository
    return found
