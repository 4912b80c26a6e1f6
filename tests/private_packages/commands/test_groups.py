"""What shells complete, by click's protocol and in the shells themselves."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from private_packages.commands.token import COMMANDS as TOKEN_COMMANDS
from private_packages.main import COMMANDS, main
from tests import ROOT
from tests.private_packages.conftest import COMMAND

DOCUMENTATION = ROOT / "docs/commands/completion.md"
VARIABLE = "_PRIVATE_PACKAGES_COMPLETE"
SLOW = "boto3", "botocore", "troposphere", "awacs"
TWO = """
repositories:
  - {id: AcmeNpm, manager: npm, url: https://npm.example, secret: a}
  - {id: AcmePip, manager: pip, url: https://pypi.example, secret: b}
"""


@pytest.fixture(autouse=True)
def _configuration(folder: Path) -> None:
    (folder / "other.yaml").write_text(TWO)


def completions(*words: str) -> list[str]:
    """What the last of these words can become."""
    protocol = BashComplete(main, {}, "private-packages", VARIABLE)
    return [item.value for item in protocol.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("",), list(COMMANDS)),
        (("t",), ["template", "token"]),
        (("token", ""), list(TOKEN_COMMANDS)),
        (("token", "set", ""), ["GitHubPackages"]),
        (("token", "check", "x"), []),
        (("token", "set", "--config", "other.yaml", ""), ["AcmeNpm", "AcmePip"]),
        (("token", "set", "--config", "other.yaml", "AcmeP"), ["AcmePip"]),
        (("token", "set", "--config", "none.yaml", ""), []),
        (("token", "set", "--st"), ["--stack-name"]),
        (("status", "--dr"), ["--drift"]),
        (("verify", "--role"), ["--role-arn"]),
        (("status", "--output", ""), ["text", "json"]),
        (("no-such-command", ""), list(COMMANDS)),
    ],
)
def test_what_is_completed(words: tuple[str, ...], expected: list[str]) -> None:
    assert completions(*words) == expected


@pytest.mark.parametrize("words", ["", "token ", "token set ", "status --", "verify --"])
def test_nothing_slow_is_loaded(words: str) -> None:
    program = f"""
import sys
from private_packages.main import main
try:
    main(prog_name="private-packages")
finally:
    print("loaded:", sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)
"""
    asked = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {
            VARIABLE: "bash_complete",
            "COMP_WORDS": f"private-packages {words}",
            "COMP_CWORD": str(words.count(" ") + 1),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.startswith("plain,")
    assert asked.stderr == "loaded: []\n"


@pytest.mark.parametrize("protocol", [ZshComplete, FishComplete])
def test_subcommands_come_with_their_line(protocol: type[ShellComplete]) -> None:
    shell = protocol(main, {}, "private-packages", VARIABLE)
    shown = [shell.format_completion(item) for item in shell.get_completions([], "tok")]
    assert ["Store, check or roll back the token of a repository." in text for text in shown] == [True]


def test_a_configuration_that_cannot_be_used_completes_nothing_and_says_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "repositories.yaml").write_text("repositories: 1")
    assert completions("token", "set", "") == []
    assert capfd.readouterr() == ("", "")


BASH = """
LINE
complete -p private-packages
COMP_WORDS=(private-packages token set --config other.yaml Acme)
COMP_CWORD=5
_private_packages_completion private-packages
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
autoload -Uz compinit && compinit -u
LINE
print -r -- "${_comps[private-packages]}"
"""
FISH = """
LINE
complete --do-complete "private-packages token set --config other.yaml Acme"
"""


@pytest.mark.parametrize(
    ("shell", "script", "expected"),
    [
        (
            "bash",
            BASH,
            "complete -o nosort -F _private_packages_completion private-packages\nAcmeNpm\nAcmePip\n",
        ),
        pytest.param("zsh", ZSH, "_private_packages_completion\n", marks=pytest.mark.needs("zsh")),
        pytest.param("fish", FISH, "AcmeNpm\nAcmePip\n", marks=pytest.mark.needs("fish")),
    ],
)
def test_in_the_shell_itself_with_the_documented_line(
    folder: Path, shell: str, script: str, expected: str
) -> None:
    [line] = re.findall(rf"^```{shell}\n(.*)\n```$", DOCUMENTATION.read_text(), re.MULTILINE)
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        [shell, "-c", script.replace("LINE", line)],
        cwd=folder,
        env=os.environ | {"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == (expected, "")
