"""`private-packages token`: store, check or roll back the token of a repository."""

from private_packages.commands.groups import LazyGroup

COMMANDS = {
    "set": "Store a new token.",
    "check": "See whether the stored token can be used.",
    "versions": "Show the versions of the secret.",
    "roll-back": "Make the previous token the current one again.",
}

command = LazyGroup(
    "token",
    package="private_packages.commands.token",
    lines=COMMANDS,
    help="""Store, check or roll back the token of a repository.

    A token is typed without echo or read from standard input, never given as an argument, and never shown.
    """,
)
