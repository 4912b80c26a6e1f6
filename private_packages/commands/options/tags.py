"""The tags of a stack, as options give them."""

import re
from collections.abc import Mapping

import click

# The limits of CloudFormation's API.
_KEY = re.compile(r"(?!aws:).{1,128}", re.IGNORECASE | re.DOTALL)
_LONGEST_VALUE = 256


def _tags(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> Mapping[str, str]:
    """Return tags that are written as KEY=VALUE."""
    tags: dict[str, str] = {}
    for each in values:
        key, separator, value = each.partition("=")
        if not separator or not _KEY.fullmatch(key) or not 1 <= len(value) <= _LONGEST_VALUE:
            raise click.BadParameter(
                f"{each}: write it as KEY=VALUE, a key of 1 to 128 characters that does not begin with aws:,"
                f" and a value of 1 to {_LONGEST_VALUE}."
            )
        if key in tags:
            raise click.BadParameter(f"{key}: is given twice: remove one.")
        tags[key] = value
    return tags


tag_option = click.option(
    "--tag",
    "tags",
    metavar="KEY=VALUE",
    multiple=True,
    callback=_tags,
    help="A tag of the stack and all in it; its other tags stay. Can be given several times.",
)
