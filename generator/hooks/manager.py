"""What a package manager's module tells about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.configuration import Repository


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
    functions: str = ""
    """Bash functions that the body calls, besides those of hook.bash."""
    parts: tuple[str, ...] = ()
    """Files beside this one whose bash functions it calls as well."""
