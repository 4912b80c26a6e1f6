"""`--parameter`: what fits the template's form is taken, and no message repeats a value."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import names
from generator.configuration import DEFAULT
from private_packages.commands.files import template_text
from private_packages.commands.options.parameters import given_parameters

TEMPLATE = template_text(names.PRIVATE_PACKAGES, DEFAULT)
ADVICE = "Pipe it in."
CLEAR = sorted(set(TEMPLATE.parameters) - TEMPLATE.hidden)


def refusal(*pairs: str) -> str:
    with pytest.raises(click.UsageError) as refused:
        given_parameters(TEMPLATE, pairs, ADVICE)
    return refused.value.message


def test_what_fits_is_taken() -> None:
    pairs = ("RoleCheck=Warn", "Recheck=a=b", "OrganizationId=", "GitHubPackagesSecretName=/acme/npm")
    assert given_parameters(TEMPLATE, pairs, ADVICE) == {
        "RoleCheck": "Warn",
        "Recheck": "a=b",
        "OrganizationId": "",
        "GitHubPackagesSecretName": "/acme/npm",
    }


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (["RoleCheck"], "--parameter: write it as NAME=VALUE, OrganizationId=o-a1b2c3d4e5."),
        (["RoleCheck=Off"], "--parameter RoleCheck: takes Enforce or Warn only."),
        (["MinimumRoleVersion=x"], "--parameter MinimumRoleVersion: A version such as 1.25.0."),
        (
            ["OrganizationId=acme"],
            "--parameter OrganizationId: An organization's id such as o-a1b2c3d4e5, or leave it empty.",
        ),
        (
            ["GitHubPackagesSecretName=a b"],
            "--parameter GitHubPackagesSecretName: 1 to 512 letters, digits and /_+=.@- without blanks.",
        ),
        (["Recheck=a", "Recheck=b"], "--parameter Recheck: is given twice: remove one."),
        (["Recheck=" + "x" * 4097], "--parameter Recheck: give a value of 4,096 bytes at most."),
        (
            ["RoleChek=Warn"],
            "--parameter RoleChek: the template has no such parameter, RoleCheck comes close.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(pairs: list[str], sentence: str) -> None:
    assert refusal(*pairs) == sentence


def test_a_token_is_refused_and_not_repeated() -> None:
    said = refusal("GitHubPackagesToken=not-a-real-token")
    assert said == (
        "--parameter GitHubPackagesToken: a token is never an argument, which others on this machine can see."
        f" {ADVICE}"
    )


@pytest.mark.parametrize("pair", ["not-a-real-token", "not-a-real-token==", "not-a-real-token=x"])
def test_a_name_that_is_none_may_be_a_token_and_is_not_repeated(pair: str) -> None:
    assert "not-a-real" not in refusal(pair)


@given(st.sampled_from(CLEAR), st.text(max_size=40))
def test_any_value_is_taken_as_it_is_or_refused_without_it(name: str, value: str) -> None:
    try:
        taken = given_parameters(TEMPLATE, (f"{name}={value}",), ADVICE)
    except click.UsageError as refused:
        words = refused.message.split(": ", 1)[1]
        assert len(value) < 8 or value not in words
    else:
        assert taken == {name: value}


@given(st.text(max_size=40))
def test_any_text_is_a_parameter_or_refused(pair: str) -> None:
    try:
        taken = given_parameters(TEMPLATE, (pair,), ADVICE)
    except click.UsageError:
        return
    assert [f"{name}={value}" for name, value in taken.items()] == [pair]
