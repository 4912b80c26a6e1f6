"""yarn 2 and newer, which read no .npmrc."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.errors import ConfigurationError
from generator.hooks.manager import Manager

FUNCTIONS = r"""
# Puts an entry below npmScopes or npmRegistries, where nothing is in its way.
put_into_yarnrc() { # put_into_yarnrc ID MAP ENTRY LINE…
  local id=$1 map=$2 entry=$3 inside=''
  shift 3
  refuse_in_token "${id}" '.yarnrc.yml' '$''{' "'"
  remove_block "${id}"
  for line in "${lines[@]}"; do
    text=${line%"${line##*[![:space:]]}"}
    case ${text} in
      '{'* | '---'?* | '...'*)
        fail "${file} is YAML of a kind that this hook cannot add to: write it as lines of 'key: value'"
        ;;
      "${map}:" | "${map}: #"*) inside=yes ;;
      "${map}"[[:space:]:]* | [\"\']"${map}"[\"\']*)
        fail "${file} has ${map} in a form that this hook cannot add to: write '${map}:' alone in its line"
        ;;
      [[:space:]]* | '' | '#'*) ;;
      *) inside='' ;;
    esac
    text=${text#"${text%%[![:space:]]*}"}
    if [[ -n ${inside} && ${text} == ?("'"|'"')"${entry}"?("'"|'"')*([[:space:]]):* ]]; then
      fail "${file} has an entry of its own for ${entry} in ${map}: remove it"
    fi
  done
  put_below "${map}:" '  ' "${id}" "'${entry}':" \
    '  npmAlwaysAuth: true' "  npmAuthToken: '${tokens[${id}]}'" "$@"
}
"""


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes .yarnrc.yml.

    Without a scope only the registry's token is set, not which registry yarn asks: the project says that.
    """
    lines = ['open_file "${HOME}/.yarnrc.yml"']
    taken: dict[str, str] = {}
    for repository in repositories:
        address = repository.address
        if repository.scope:
            entry, arguments = repository.scope, f"npmScopes '{repository.scope.removeprefix('@')}'"
        else:
            entry = f"//{address.authority}{address.path}"
            arguments = f"npmRegistries '{entry}'"
        if entry in taken:
            field = "scope" if repository.scope else "url"
            raise ConfigurationError(
                f"repositories {taken[entry]} and {repository.id}, field {field}: yarn keeps one token for"
                f" {entry}, leave one of the two"
            )
        taken[entry] = repository.id
        lines.append(f"put_into_yarnrc {repository.id} {arguments}")
        if repository.scope:
            lines[-1] += f" \"  npmRegistryServer: '{address.url}'\""
    return [*lines, "stage_file"]


MANAGER = Manager(
    readers="yarn 2 and newer",
    files="~/.yarnrc.yml",
    configure=configure,
    functions=FUNCTIONS,
    parts=("below.bash",),
)
