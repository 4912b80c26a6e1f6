"""Tags as options give them."""

from collections.abc import Mapping

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from private_packages.commands.options.tags import tag_option


@click.command()
@tag_option
def command(tags: Mapping[str, str]) -> None:
    click.echo(repr(dict(tags)))


KEYS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="="), min_size=1, max_size=128
)
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=256)


@given(st.dictionaries(KEYS.filter(lambda key: not key.lower().startswith("aws:")), VALUES, max_size=3))
def test_a_tag_is_what_stands_before_the_first_equals_sign_and_what_comes_after(tags: dict[str, str]) -> None:
    arguments = [f"--tag={key}={value}" for key, value in tags.items()]
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.stdout) == (0, f"{tags!r}\n")


@pytest.mark.parametrize(
    "given_tag", ["", "=", "a", "a=", "=b", "aws:a=b", "AWS:a=b", f"{'a' * 129}=b", f"a={'b' * 257}"]
)
def test_what_cloudformation_would_not_take_is_refused(given_tag: str) -> None:
    result = CliRunner().invoke(command, ["--tag", given_tag])
    assert result.exit_code == 2
    assert (
        "write it as KEY=VALUE, a key of 1 to 128 characters that does not begin with aws:" in result.stderr
    )
