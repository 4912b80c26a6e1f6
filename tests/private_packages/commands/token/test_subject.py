"""Which token is meant."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from private_packages.commands.token import COMMANDS
from private_packages.main import main
from tests.private_packages.aws.stack.test_health import NO_STACK
from tests.private_packages.commands.token.calls import Aws, refused
from tests.private_packages.conftest import Run


@pytest.mark.parametrize("subcommand", list(COMMANDS))
class TestEach:
    def test_an_id_that_the_stack_does_not_have(self, subcommand: str, aws: Aws) -> None:
        aws()
        assert refused("token", subcommand, "Other", code=2) == (
            "Error: No repository has the id Other: there are GitHubPackages."
        )

    def test_a_stack_that_is_not_there(self, subcommand: str, aws: Aws) -> None:
        aws(DescribeStacks=NO_STACK, GetTemplateSummary=NO_STACK)
        assert refused("token", subcommand, "GitHubPackages").startswith(
            "Error: There is no stack private-packages in us-east-1: correct --stack-name"
        )

    def test_without_an_id(self, subcommand: str) -> None:
        assert refused("token", subcommand, code=2) == "Error: Missing argument 'ID'."

    def test_a_token_is_no_argument(self, subcommand: str) -> None:
        result = CliRunner().invoke(main, ["token", subcommand, "GitHubPackages", "x"])
        assert result.exit_code == 2

    def test_without_a_region(self, subcommand: str) -> None:
        assert refused("token", subcommand, "GitHubPackages") == (
            "Error: No Region is set: give --region or set AWS_REGION."
        )

    def test_without_credentials(self, subcommand: str) -> None:
        assert refused("token", subcommand, "GitHubPackages", "--region", "eu-central-1") == (
            "Error: No AWS credentials: sign in, or give --profile."
        )


def test_a_configuration_that_cannot_be_used(run: Run) -> None:
    Path("bad.yaml").write_text("repositories: []")
    result = run("token", "check", "X", "--config", "bad.yaml")
    assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.parametrize(("name", "line"), list(COMMANDS.items()))
def test_the_line_about_a_subcommand_is_the_first_of_its_help(run: Run, name: str, line: str) -> None:
    assert f"\n  {line}\n\n" in run("token", name, "--help").output
