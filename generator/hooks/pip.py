"""pip, and those who find a token in netrc as it does: uv, poetry and pipenv."""

from collections.abc import Sequence

from generator.configuration import Repository
from generator.errors import ConfigurationError
from generator.hooks.manager import Manager

DEFAULT_USERNAME = "__token__"
"""What most indexes expect, or ignore, beside a token."""

FUNCTIONS = r"""
# The block goes to the end, because the last of several entries for one host wins. The empty line ends a
# macro that may stand before it.
put_into_netrc() { # put_into_netrc ID HOST USER
  refuse_in_token "$1" 'netrc' '"' "'" \\
  put_last "$1" '' "machine $2 login $3 password ${tokens[$1]}"
}

# pip takes an option that stands twice for an error, and one in another section wins over ours.
refuse_own_settings() { # refuse_own_settings OPTION…
  local option
  for line in "${lines[@]}"; do
    text=${line#"${line%%[![:space:]]*}"}
    text=${text//_/-}
    for option in "$@"; do
      if [[ ${text} == "${option}"[[:space:]=:]* ]]; then
        fail "${file} has an ${option} of its own: remove it, the hook writes the one that is needed"
      fi
    done
  done
}
"""


def configure(repositories: Sequence[Repository]) -> list[str]:
    """Return the bash that writes netrc and, without a token, pip.conf."""
    lines = ['open_file "${NETRC:-${HOME}/.netrc}"']
    taken: dict[str, str] = {}
    only: list[Repository] = []
    for repository in repositories:
        address = repository.address
        if address.host in taken:
            raise ConfigurationError(
                f"repositories {taken[address.host]} and {repository.id}, field url: pip keeps one token for"
                f" {address.host}, leave one of the two or give them hosts of their own"
            )
        taken[address.host] = repository.id
        if repository.index != "extra":
            only.append(repository)
        username = repository.username or DEFAULT_USERNAME
        lines.append(f"put_into_netrc {repository.id} {address.host} '{username}'")
    if len(only) > 1:
        raise ConfigurationError(
            f"repositories {only[0].id} and {only[1].id}, field index: pip asks one index only, write"
            " index: extra for the other"
        )
    return [*lines, "stage_file", "", *_pip_conf(repositories, only)]


def _pip_conf(repositories: Sequence[Repository], only: Sequence[Repository]) -> list[str]:
    """Return the bash that says which indexes pip asks.

    An empty extra-index-url takes away one that the machine's own configuration may have.
    """
    extra = [repository.address.url for repository in repositories if repository not in only]
    options = [f"index-url = {repository.address.url}" for repository in only]
    options.append(" ".join(["extra-index-url =", *extra]))
    return [
        'open_file "${XDG_CONFIG_HOME:-${HOME}/.config}/pip/pip.conf"',
        "remove_block pip",
        f"refuse_own_settings {'index-url ' if only else ''}extra-index-url",
        "put_below '[global]' '' pip \\",
        *(f"  '{option}' \\" for option in options[:-1]),
        f"  '{options[-1]}'",
        "stage_file",
    ]


MANAGER = Manager(
    readers="pip, uv, poetry, pipenv",
    files="~/.netrc, and the index without the token in ~/.config/pip/pip.conf",
    configure=configure,
    functions=FUNCTIONS,
    parts=("below.bash",),
)
