"""npm, and those who read its file: pnpm, yarn 1, bun and deno."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.hooks.manager import Manager, by_place


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .npmrc.

    Without a scope the registry stays what it is: the project alone says which packages come from here, so
    that nothing is asked of this registry, and nothing sent to it, that is not meant for it.
    """
    lines = ['open_file "${NPM_CONFIG_USERCONFIG:-${npm_config_userconfig:-${HOME}/.npmrc}}"']
    for place, repository in by_place(repositories, _place, _fault).items():
        lines.append(f"put_into_npmrc {repository.id} \\")
        if repository.scope:
            lines.append(f"  '{repository.scope}:registry={repository.address.url}' \\")
        lines.append(f'  "{place}:_authToken=${{tokens[{repository.id}]}}"')
    return [*lines, "stage_file"]


def _place(repository: Repository) -> str:
    return f"//{repository.address.authority}{repository.address.path}/"


def _fault(_repository: Repository, place: str) -> str:
    return f"field url: npm keeps one token for {place}, remove one of the two"


MANAGER = Manager(
    readers="npm, pnpm, yarn 1, bun, deno",
    files="~/.npmrc",
    configure=configure,
)
