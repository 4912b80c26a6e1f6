"""npm, and those who read its file: pnpm, yarn 1, bun and deno."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.errors import ConfigurationError
from generator.hooks.manager import Manager

FUNCTIONS = r"""
# The block goes to the end, because npm takes the last of several values for one host; but what follows a
# line in brackets belongs to a section, where npm does not look.
put_into_npmrc() { # put_into_npmrc ID LINE…
  local id=$1 index
  shift
  refuse_in_token "${id}" '.npmrc' '$''{' ';' '#' '"' "'" '`' \\
  remove_block "${id}"
  end_last_line
  for index in "${!lines[@]}"; do
    if [[ ${lines[index]} == '['* ]]; then
      insert_block "${id}" "${index}" '' "$@"
      return
    fi
  done
  insert_block "${id}" "${#lines[@]}" '' "$@"
}
"""


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .npmrc.

    Without a scope the registry stays what it is: the project alone says which packages come from here, so
    that nothing is asked of this registry, and nothing sent to it, that is not meant for it.
    """
    lines = ['open_file "${NPM_CONFIG_USERCONFIG:-${npm_config_userconfig:-${HOME}/.npmrc}}"']
    taken: dict[str, str] = {}
    for repository in repositories:
        address = repository.address
        key = f"//{address.authority}{address.path}/"
        if key in taken:
            raise ConfigurationError(
                f"repositories {taken[key]} and {repository.id}, field url: npm keeps one token for {key},"
                " leave one of the two"
            )
        taken[key] = repository.id
        lines.append(f"put_into_npmrc {repository.id} \\")
        if repository.scope:
            lines.append(f"  '{repository.scope}:registry={address.url}' \\")
        lines.append(f'  "{key}:_authToken=${{tokens[{repository.id}]}}"')
    return [*lines, "stage_file"]


MANAGER = Manager(
    readers="npm, pnpm, yarn 1, bun, deno",
    files="~/.npmrc",
    configure=configure,
    functions=FUNCTIONS,
)
