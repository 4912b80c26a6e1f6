"""Options that most commands have."""

import click
import pytest
from click.testing import CliRunner

from private_packages.commands.options.common import (
    aws_options,
    output_option,
    stack_name_option,
    table_output_option,
)


@click.command()
@stack_name_option
@aws_options
def command(stack_name: str, profile: str | None, region: str | None) -> None:
    click.echo(f"{stack_name} {profile} {region}")


def test_the_stack_has_a_default_and_the_region_can_come_from_the_environment() -> None:
    plain = CliRunner().invoke(command, [], env={"AWS_REGION": None})
    assert plain.stdout == "private-packages None None\n"
    from_environment = CliRunner().invoke(command, [], env={"AWS_REGION": "eu-west-1"})
    assert from_environment.stdout.endswith(" eu-west-1\n")
    given = CliRunner().invoke(command, ["--region", "us-east-1"], env={"AWS_REGION": "eu-west-1"})
    assert given.stdout.endswith(" us-east-1\n")


@pytest.mark.parametrize(
    ("option", "formats"), [(output_option, ["text", "json"]), (table_output_option, ["text", "json", "csv"])]
)
def test_the_first_format_is_for_people(option: object, formats: list[str]) -> None:
    @option  # type: ignore[operator]
    def show(output: str) -> None:
        click.echo(output)

    made = click.command()(show)
    assert CliRunner().invoke(made, []).stdout == "text\n"
    for name in ("text", "json", "csv"):
        code = CliRunner().invoke(made, ["--output", name]).exit_code
        assert code == (0 if name in formats else 2)
