"""pip, and those who find a token in netrc as it does: uv, poetry and pipenv."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.errors import ConfigurationError
from generator.hooks.manager import Manager, by_place

DEFAULT_USERNAME = "__token__"
"""What most indexes expect, or ignore, beside a token."""


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes netrc and, without a token, pip.conf."""
    hosts = by_place(repositories, lambda each: each.address.host, _fault)
    lines = ["local path", "find_netrc", 'open_file "${path}"']
    lines += [f"remove_blocks {each.id} 'machine {host} login '" for host, each in hosts.items()]
    lines.append("look_into_netrc")
    for host, repository in hosts.items():
        username = repository.username or DEFAULT_USERNAME
        lines.append(f"put_into_netrc {repository.id} {host} '{username}'")
    only = [repository for repository in repositories if repository.index != "extra"]
    if len(only) > 1:
        raise ConfigurationError(
            f"repositories {only[0].id} and {only[1].id}, field index: pip asks one index only, write"
            " index: extra for the other"
        )
    return [*lines, "stage_file", "", *_pip_conf(repositories, only)]


def _pip_conf(repositories: Sequence[Repository], only: Sequence[Repository]) -> list[str]:
    """Return the bash that says which indexes pip asks.

    An extra-index-url that is empty takes away one that the machine's own configuration may have.
    """
    extra = [repository.address.url for repository in repositories if repository not in only]
    return [
        f"pip_index='{only[0].address.url if only else ''}'",
        f"pip_extra='{' '.join(extra)}'",
        "find_pip_conf",
        'open_file "${path}"',
        "remove_blocks pip",
        "put_into_pip_conf",
        "stage_file",
        "look_around_pip_conf",
    ]


def _fault(_repository: Repository, host: str) -> str:
    return f"field url: pip keeps one token for {host}, take one of the two with --only, or another host"


MANAGER = Manager(
    readers="pip, uv, poetry, pipenv",
    files="~/.netrc, and the index without the token in ~/.config/pip/pip.conf",
    configure=configure,
    parts=("project.bash",),
)
