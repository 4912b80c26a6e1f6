"""Options that mirror the parameters of the role check."""

import click
import pytest
from click.testing import CliRunner

from generator.form import ROLE_CHECK_PARAMETERS
from private_packages.commands.options.role_check import role_check_options


@click.command()
@role_check_options
def command(**values: str) -> None:
    click.echo(sorted(values.items()))


def test_each_has_the_default_of_the_form() -> None:
    defaults = {parameter.title: parameter.Default for parameter in ROLE_CHECK_PARAMETERS}
    expected = {
        "minimum_role_version": defaults["MinimumRoleVersion"],
        "stackery_stack_name": defaults["StackeryStackName"],
        "stackery_stack_region": defaults["StackeryStackRegion"],
        "organization_id": defaults["OrganizationId"],
    }
    assert CliRunner().invoke(command, []).stdout == f"{sorted(expected.items())}\n"


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--minimum-role-version", "A version such as 1.25.0."),
        ("--stackery-stack-name", "A stack's name: a letter, then letters"),
        ("--stackery-stack-region", "A Region's code such as us-east-1"),
        ("--organization-id", "An organization's id such as o-a1b2c3d4e5"),
    ],
)
def test_each_takes_what_the_form_takes(option: str, sentence: str) -> None:
    result = CliRunner().invoke(command, [option, "not one"])
    assert result.exit_code == 2
    assert f"'not one': {sentence}" in result.stderr
