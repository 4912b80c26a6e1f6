"""The commands that users are told to run next lead to where the invocation at hand was."""

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import boto3
import click
import pytest
from botocore import xform_name

from private_packages import invocation
from private_packages.aws.stack import state
from private_packages.invocation import LEADING, Invocation, again, command, running
from private_packages.main import COMMANDS, main
from tests import ROOT

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
        assert command("rollout status") == "private-packages rollout status --region eu-west-1"


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


class TestAllThatIsPrinted:
    """Every command that a message, a page or a hook names can be pasted."""

    @staticmethod
    def calls(function: str) -> Iterator[tuple[str, ast.Call]]:
        """Every call of a function of this module, with where it stands."""
        for path in sorted((ROOT / "private_packages").rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                owner = getattr(getattr(node.func, "value", None), "id", "invocation")
                if name == function and owner == "invocation" and node.args:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node

    @staticmethod
    def parse(line: str) -> None:
        """See that a command line is one, without running it."""
        program, *words = shlex.split(line)
        assert program == "private-packages"
        depth = 2 if words[0] in ("rollout", "token") else 1
        name = " ".join(words[:depth])
        parent = main.make_context("private-packages", [*words])  # whose settings the command has
        subcommand(name).make_context(name, words[depth:], parent=parent)

    def test_those_of_this_program_are_whole(self) -> None:
        options = {name: [f"--{name.replace('_', '-')}", "x"] for name in PLACES}
        options |= {"self_managed": ["--self-managed"], "template": ["--template", "role-check"]}
        seen = set()
        for _, call in self.calls("command"):
            name, *arguments = call.args
            if not isinstance(name, ast.Constant):
                continue  # those of rollout, each of which is called elsewhere, too
            given = [
                str(each.value) if isinstance(each, ast.Constant) else "GitHubPackages"
                for each in arguments
                if not isinstance(each, ast.Starred)
            ]
            if "--expires" in given:
                given[-1] = f"{datetime.now(UTC):%Y-%m-%d}"
            places = {str(each.arg): options[str(each.arg)][-1] for each in call.keywords}
            with running(Invocation("x", options)):
                self.parse(command(str(name.value), *given, **places))
            seen.add(name.value)
        # Were the calls written in another way, none would be found.
        assert seen >= {"deploy", "hook", "rollout remove", "rollout status", "status", "token check"}

    def test_those_of_the_aws_cli_have_what_aws_requires(self) -> None:
        seen = 0
        for where, call in self.calls("aws_command"):
            texts = self.texts(call.args[0])
            given = {str(each.arg) for each in call.keywords} - {"region"}
            for text in texts:
                service, operation = text.split()
                if operation == "deploy":  # of the AWS CLI's own
                    continue
                model = boto3.Session().client(service, region_name="us-east-1").meta  # type: ignore[call-overload]
                [name] = [
                    api
                    for method, api in model.method_to_api_mapping.items()
                    if method == operation.replace("-", "_")
                ]
                shape = model.service_model.operation_model(name).input_shape
                members = {xform_name(each) for each in shape.members}
                assert given <= members, where
                assert {xform_name(each) for each in shape.required_members} <= given, where
                seen += 1
        assert seen >= 8

    @staticmethod
    def texts(node: ast.expr) -> list[str]:
        """The operations that an argument can stand for."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        service = ast.unparse(node).removeprefix("f'").split()[0]
        return {
            "kms": ["kms enable-key", "kms cancel-key-deletion"],
            "cloudformation": [f"cloudformation {each}" for each in sorted({*state._MENDS.values()})],
        }[service]

    def test_no_message_makes_one_of_its_own(self) -> None:
        own = re.compile(
            rf"private-packages ({'|'.join(COMMANDS)})\b|\baws (kms|iam|s3|[a-z]{{6,}}) [a-z-]+ "
        )
        found = set()
        for path in sorted((ROOT / "private_packages").rglob("*.py")):
            tree = ast.parse(path.read_text())
            documented = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and isinstance(node.body[0], ast.Expr)
            }
            found |= {
                f"{path.relative_to(ROOT)}: {node.value}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documented
                and own.search(node.value)
            }
        # The description of a change set is no command.
        assert found == {"private_packages/aws/stack/deployment.py: Made by private-packages deploy "}

    @pytest.mark.parametrize(
        "path",
        [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "private_packages").rglob("*.py")],
        ids=lambda path: str(path.relative_to(ROOT)),
    )
    def test_the_examples_of_pages_and_help_are_ones(self, path: Path) -> None:
        text = re.sub(r"\\\n\s*", "", path.read_text())
        in_line = re.findall(r"`(?:\.venv/bin/)?(private-packages [a-z][^`\n|>…{]*)`", text)
        alone = re.findall(
            r"^(?:    +|\$ )?(?:[a-z/ ]+\| )?(private-packages [a-z][^|>\n…{]*)", text, re.MULTILINE
        )
        for line in [*in_line, *(each for each in alone if not each.rstrip().endswith((".", ",", ":")))]:
            example = re.split(r"\s# | \[|  ", line)[0].replace("DAYS", "7")
            if example.split()[1] not in COMMANDS or example.split()[1:] in (["token"], ["rollout"]):
                continue  # prose
            with suppress(click.MissingParameter):  # where a page speaks of a command, but does not call it
                self.parse(example)
