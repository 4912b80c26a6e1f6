"""yarn 2 and newer, which read no .npmrc."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.hooks.manager import Manager, by_place


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .yarnrc.yml.

    Without a scope only the registry's token is set, not which registry yarn asks: the project says that.
    """
    found = by_place(repositories, _place, _fault)
    lines = ['open_file "${HOME}/.yarnrc.yml"']
    lines += [f"remove_blocks {each.id} \"'{entry}':\"" for entry, each in found.items()]
    for entry, each in found.items():
        registry = f" \\\n    \"  npmRegistryServer: '{each.address.url}'\"" if each.scope else ""
        lines.append(f"put_into_yarnrc {each.id} {_map(each)} '{entry}'{registry}")
    lines.append("stage_file")
    for entry, each in found.items():
        url = each.address.url if each.scope else ""
        lines.append(f"look_around_yarnrc {_map(each)} '{entry}' '{url}'")
    return lines


def _map(repository: Repository) -> str:
    return "npmScopes" if repository.scope else "npmRegistries"


def _place(repository: Repository) -> str:
    """Return the key of the entry; yarn looks for the whole URL before it looks for one without https."""
    return (repository.scope or repository.address.url.rstrip("/")).removeprefix("@")


def _fault(repository: Repository, place: str) -> str:
    field, named = ("scope", f"@{place}") if repository.scope else ("url", place)
    return f"field {field}: yarn keeps one token for {named}, take one of the two with --only"


MANAGER = Manager(
    readers="yarn 2 and newer",
    files="~/.yarnrc.yml",
    configure=configure,
    parts=("project.bash",),
)
