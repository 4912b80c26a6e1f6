"""`private-packages token`: store or check the token of a repository."""

from private_packages.commands.groups import LazyGroup

COMMANDS = {
    "set": "Store a new token.",
    "check": "See whether the stored token can be used.",
}

command = LazyGroup(
    "token",
    package="private_packages.commands.token",
    lines=COMMANDS,
    help="""Store or check the token of a repository.

    A token is typed without echo or read from standard input, never given as an argument, and never shown.
    """,
)
