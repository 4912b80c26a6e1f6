"""yarn 2 and newer, which read no .npmrc."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.hooks.manager import Manager, by_place


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .yarnrc.yml.

    Without a scope only the registry's token is set, not which registry yarn asks: the project says that.
    """
    lines = ['open_file "${HOME}/.yarnrc.yml"']
    for place, repository in by_place(repositories, _place, _fault).items():
        if repository.scope:
            scope, registry = repository.scope.removeprefix("@"), repository.address.url
            lines.append(
                f"put_into_yarnrc {repository.id} npmScopes '{scope}' \"  npmRegistryServer: '{registry}'\""
            )
        else:
            lines.append(f"put_into_yarnrc {repository.id} npmRegistries '{place}'")
    return [*lines, "stage_file"]


def _place(repository: Repository) -> str:
    return repository.scope or f"//{repository.address.authority}{repository.address.path}"


def _fault(repository: Repository, place: str) -> str:
    field = "scope" if repository.scope else "url"
    return f"field {field}: yarn keeps one token for {place}, remove one of the two"


MANAGER = Manager(
    readers="yarn 2 and newer",
    files="~/.yarnrc.yml",
    configure=configure,
    parts=("below.bash",),
)
