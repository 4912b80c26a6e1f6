"""The options of `rollout`, as a command gets them."""

import click
import pytest
from click.testing import CliRunner, Result

from private_packages.aws.stack_sets.preferences import ALL, Amount
from private_packages.commands.rollout.options import RolloutOptions, plan_options


def call(*arguments: str) -> tuple[Result, RolloutOptions | None]:
    found: list[RolloutOptions] = []

    @click.command()
    @plan_options
    def command(options: RolloutOptions, output: str) -> None:
        assert output
        found.append(options)

    result = CliRunner().invoke(command, arguments)
    return result, found[0] if found else None


def test_they_come_as_one_object() -> None:
    _, options = call("--template", "private-packages", "--max-concurrent", "10", "--regions", "a-1, b-1,a-1")
    assert options
    assert options.stack_set_name == "stackery-private-packages"
    assert (options.max_concurrent, options.failure_tolerance) == (Amount(10), ALL)
    assert options.regions == ("a-1", "b-1")


@pytest.mark.parametrize("regions", ["a,,b", "", ",", "us-east-1, ", " "])
def test_an_empty_entry_in_a_list_of_regions_is_refused_at_once(regions: str) -> None:
    result, options = call("--regions", regions)
    assert (result.exit_code, options) == (2, None)
    assert "an entry is empty: write Regions with a comma between two" in result.stderr


@pytest.mark.parametrize("amount", ["0", "101%", "x", "1.5"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    result, _ = call("--max-concurrent", amount)
    assert result.exit_code == 2
    assert f"{amount}: write so many accounts (10) or percent of them (10%), 1 or more." in result.stderr


@pytest.mark.parametrize("name", ["1x", "a_b", "a" * 129])
def test_what_is_no_name_of_a_stack_set_is_refused(name: str) -> None:
    assert call("--name", name)[0].exit_code == 2
