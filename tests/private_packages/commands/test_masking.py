"""A token that a person types where it does not belong is not printed back."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from private_packages.aws.text import NOT_SHOWN
from private_packages.commands.masking import WARNING, masked
from private_packages.main import main

TOKEN = "ghp_" + "x1" * 18
UNKNOWN_KIND = "a1b2c3d4" * 5
CALLS = [
    ["token", "set", "GitHubPackages", TOKEN],
    ["token", "check", "GitHubPackages", TOKEN],
    ["deploy", TOKEN],
    ["deploy", "--token-stdin", TOKEN],
    ["deploy", "--yes", "--parameter", TOKEN],
    ["deploy", "--yes", "--parameter", f"RoleCheck={TOKEN}"],
    ["deploy", "--yes", "--stack-name", TOKEN],
    ["hook", TOKEN],
    ["hook", "--secret-arn", TOKEN],
    ["hook", "--secret-arn", f"GitHubPackages={TOKEN}"],
    ["hook", f"--{TOKEN}"],
    ["verify", TOKEN],
    ["check", TOKEN],
    ["check", "--minimum-role-version", TOKEN],
    ["check", "--organization", "--account", TOKEN],
    ["status", TOKEN],
    ["template", TOKEN],
    ["template", "--format", TOKEN],
    ["template", "--config", TOKEN],
    ["rollout", "start", TOKEN],
    ["rollout", "start", "--regions", f"{TOKEN},"],
    ["rollout", "plan", "--max-concurrent", TOKEN],
    [TOKEN],
    ["token", TOKEN],
    ["rollout", TOKEN],
]


@pytest.mark.parametrize("kind", [TOKEN, UNKNOWN_KIND])
@pytest.mark.parametrize("arguments", CALLS, ids=lambda words: " ".join(words).replace(TOKEN, "TOKEN"))
def test_it_is_not_echoed(arguments: list[str], kind: str, folder: object) -> None:
    assert folder
    words = [word.replace(TOKEN, kind) for word in arguments]
    result = CliRunner().invoke(main, words, prog_name="private-packages")
    assert result.exit_code in (1, 2)
    if result.exit_code == 2 or kind == TOKEN:
        assert kind not in result.output


def test_what_is_known_for_a_token_is_said_to_be_lost() -> None:
    result = CliRunner().invoke(main, ["token", "set", "GitHubPackages", TOKEN])
    assert result.stderr.endswith(f"Got unexpected extra argument {NOT_SHOWN}. {WARNING}\n")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("No such command 'deplyo'.", ["deplyo"]),
        ("--ou: 'Production': write the id", ["--ou", "Production"]),
        ("/etc/hostname: is not valid YAML", ["--config", "/etc/hostname"]),
        ("arn:aws:iam::111122223333:role/x: no", ["--role-arn", "arn:aws:iam::111122223333:role/x"]),
        ("There is no stack a-stack-with-quite-a-long-name", ["status"]),
    ],
)
def test_what_helps_to_find_a_mistake_stays(message: str, words: list[str]) -> None:
    assert masked(message, words) == message


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="="), min_size=21))
def test_no_long_word_is_repeated(word: str) -> None:
    assert word not in masked(f"Got unexpected extra argument ({word})", ["deploy", word])
