"""`private-packages token`: store or check the token of a repository."""

from cli.groups import LazyGroup

COMMANDS = {
    "set": "Store a new token.",
    "check": "See whether the stored token can be used.",
}

command = LazyGroup(
    "token",
    package="cli.token",
    lines=COMMANDS,
    help="""Store or check the token of a repository.

    A token is typed without echo or read from standard input, never given as an argument, and never shown.
    """,
)
