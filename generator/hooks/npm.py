"""npm, and those who read its file: pnpm, yarn 1, bun and deno."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.hooks.manager import Manager, by_place


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .npmrc.

    Without a scope the registry stays what it is: the project alone says which packages come from here, so
    that nothing is asked of this registry, and nothing sent to it, that is not meant for it.
    """
    repositories = list(by_place(repositories, _place, _fault).values())
    lines = ["local path", "find_npmrcs", 'for path in "${npmrcs[@]}"; do', '  open_file "${path}"']
    lines += [
        f"  remove_blocks {each.id} '{_place(each)}:_authToken='{_scope_line(each)}" for each in repositories
    ]
    lines += [f"  put_into_npmrc {_arguments(each)}" for each in repositories]
    lines += ["  stage_file", "done"]
    return lines + [f"look_around_npmrc {_arguments(each).partition(' ')[2]}" for each in repositories]


def _place(repository: Repository) -> str:
    return f"//{repository.address.authority}{repository.address.path}/"


def _scope_line(repository: Repository) -> str:
    return f" '{repository.scope}:registry='" if repository.scope else ""


def _arguments(repository: Repository) -> str:
    return f"{repository.id} '{repository.address.url}' '{repository.scope or ''}'"


def _fault(_repository: Repository, place: str) -> str:
    return f"field url: npm keeps one token for {place}, take one of the two with --only"


MANAGER = Manager(
    readers="npm, pnpm, yarn 1, bun, deno",
    files="~/.npmrc",
    configure=configure,
    parts=("project.bash",),
)
