"""Maven, which finds a token by the id that the repository has in the project's pom.xml."""

import shlex
from collections.abc import Sequence

from generator.configuration import Repository
from generator.hooks.manager import Manager, by_place

DEFAULT_USERNAME = "token"
"""For repositories that look at the token alone."""


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes settings.xml."""
    servers = by_place(repositories, _place, _fault)
    lines = ["open_file \"${HOME}/.m2/settings.xml\" '<!-- ' ' -->'"]
    lines += [f"remove_blocks {each.id} '<id>{server}</id>'" for server, each in servers.items()]
    lines.append(f"look_into_settings {' '.join(servers)}")
    for server, repository in servers.items():
        username = shlex.quote(repository.username or DEFAULT_USERNAME)
        lines.append(f"put_into_settings {repository.id} {server} {username}")
    return [*lines, "stage_file", "look_around_maven"]


def _place(repository: Repository) -> str:
    return repository.server_id or repository.id


def _fault(_repository: Repository, server: str) -> str:
    return f"field server_id: both are {server}, give each repository its own"


MANAGER = Manager(
    readers="Maven",
    files="~/.m2/settings.xml",
    configure=configure,
)
