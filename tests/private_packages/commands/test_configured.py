"""For which configuration a command speaks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import click
import pytest

from generator.configuration import DEFAULT, Configuration
from private_packages.aws.aws import Aws
from private_packages.aws.errors import AwsError
from private_packages.commands.configured import for_deployment, of_stack, only, with_default
from tests.aws import ErrorAnswer, Scripted
from tests.private_packages.aws.stack.test_health import NO_STACK, stacks
from tests.private_packages.aws.stack.test_made_from import RICH, summary

FILE = """
repositories:
  - {id: Npm, manager: npm, url: "https://npm.acme.example", scope: "@acme", secret: /npm}
"""
Stack = Callable[..., Aws]


@pytest.fixture
def deployed(boto: boto3.Session, folder: Path) -> Stack:
    """AWS with a stack, and an empty folder."""
    assert folder

    def deployed(**script: Any) -> Aws:
        answers = {"DescribeStacks": stacks(), "GetTemplateSummary": summary(RICH)} | script
        return Aws(Scripted(boto, script=answers))  # type: ignore[arg-type]

    return deployed


def of(aws: Aws, *, must_agree: bool = False) -> Configuration:
    return of_stack(aws, "packages", None, must_agree=must_agree)


def test_without_a_file_the_stack_speaks(deployed: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert of(deployed(), must_agree=True) == RICH
    assert capsys.readouterr() == ("", "")


def test_with_both_a_difference_is_told_by_name(deployed: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    Path("repositories.yaml").write_text(FILE)
    assert of(deployed()) == RICH
    assert capsys.readouterr().err == (
        "Note: repositories.yaml and the stack packages in us-east-1 differ: Pip is only in the stack. This"
        " goes by the stack.\n"
    )


def test_and_refused_where_something_wrong_would_be_written(deployed: Stack) -> None:
    Path("repositories.yaml").write_text(FILE)
    with pytest.raises(click.ClickException, match=r"Pip is only in the stack\. Deploy the file first"):
        of(deployed(), must_agree=True)


def test_a_stack_of_an_older_release_needs_the_file(deployed: Stack) -> None:
    aws = deployed(GetTemplateSummary={})
    with pytest.raises(click.ClickException, match=r"^Give --config: the stack packages in us-east-1 was"):
        of(aws)
    Path("repositories.yaml").write_text(FILE)
    assert [repository.id for repository in of(aws).repositories] == ["Npm"]


def test_who_may_not_read_the_template_goes_by_the_file(deployed: Stack) -> None:
    aws = deployed(GetTemplateSummary=ErrorAnswer("AccessDenied"))
    with pytest.raises(AwsError, match="May not read what the stack packages was made from"):
        of(aws)
    Path("repositories.yaml").write_text(FILE)
    assert [repository.id for repository in of(aws).repositories] == ["Npm"]


def test_the_default_is_used_only_where_nothing_is_deployed_and_that_is_said(
    deployed: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert for_deployment(deployed(DescribeStacks=NO_STACK), "packages") == DEFAULT
    assert "there is no repositories.yaml here, so this is for GitHub Packages" in capsys.readouterr().err
    assert for_deployment(deployed(), "packages") == RICH
    assert "goes on with what the stack packages was made from" in capsys.readouterr().err


def test_a_file_needs_no_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "repositories.yaml").write_text(FILE)
    assert [repository.id for repository in with_default(None).repositories] == ["Npm"]
    assert capsys.readouterr() == ("", "")


def test_some_can_be_taken_on_purpose() -> None:
    assert only(RICH, []) == RICH
    assert [repository.id for repository in only(RICH, ["Pip"]).repositories] == ["Pip"]
    with pytest.raises(
        click.UsageError, match=r"^--only Other: no repository has this id, there are Npm, Pip"
    ):
        only(RICH, ["Pip", "Other"])
