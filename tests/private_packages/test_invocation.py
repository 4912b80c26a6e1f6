"""The commands that users are told to run next lead to where the invocation at hand was."""

import shlex

import click
import pytest

from private_packages import invocation
from private_packages.invocation import LEADING, Invocation, again, command, running
from private_packages.main import main

PLACES = {name for names in LEADING.values() for name in names}
ONE = Invocation("status", {"stack_name": ["--stack-name", "one"], "region": ["--region", "eu-west-1"]})


def subcommand(name: str) -> click.Command:
    found: click.Command = main
    for word in name.split():
        assert isinstance(found, click.Group)
        next_one = found.get_command(click.Context(found), word)
        assert next_one
        found = next_one
    return found


@pytest.mark.parametrize("name", LEADING)
def test_the_options_that_lead_a_command_are_those_it_has(name: str) -> None:
    parameters = subcommand(name).params
    assert set(LEADING[name]) == {str(each.name) for each in parameters} & PLACES


def test_outside_of_a_command_it_stands_alone() -> None:
    assert command("status") == "private-packages status"
    assert command("token set", "Npm") == "private-packages token set Npm"


def test_it_goes_on_where_the_invocation_at_hand_is() -> None:
    with running(ONE):
        assert (
            command("token set", "Npm")
            == "private-packages token set Npm --stack-name one --region eu-west-1"
        )
    assert command("status") == "private-packages status"


def test_what_the_other_command_does_not_take_is_left_out() -> None:
    with running(ONE):
        assert command("check") == "private-packages check --region eu-west-1"


def test_a_place_that_is_known_better_wins() -> None:
    with running(ONE):
        assert "--stack-name two" in command("status", stack_name="two")
        assert "--stack-name" not in command("status", stack_name=None)


def test_the_same_command_again_can_leave_an_option_out() -> None:
    check = Invocation("template", {"check": ["--check"], "config": ["--config", "a b.yaml"]})
    with running(check):
        assert again("check") == "private-packages template --config 'a b.yaml'"
        assert shlex.split(again()) == ["private-packages", "template", "--check", "--config", "a b.yaml"]


@pytest.mark.parametrize(
    "line",
    [
        "token check Npm --stack-name one",
        "rollout plan --regions us-east-1,eu-west-1 --ou r-ab12 --ou r-cd34 --no-auto-deployment",
        "rollout start --self-managed --account 111122223333 --max-concurrent 10%",
        "template --check --format json",
    ],
)
def test_an_invocation_is_what_its_user_typed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def remember() -> None:
        told.append(invocation.again())

    told: list[str] = []
    words = line.split()
    name = " ".join(words[: 2 if words[0] in ("token", "rollout") else 1])
    monkeypatch.setattr(subcommand(name), "callback", lambda **_: remember())
    main(words, standalone_mode=False)
    [again_] = told
    assert sorted(again_.split()) == sorted(["private-packages", *words])
