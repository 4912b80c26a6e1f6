"""What the tests of the command share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from private_packages.aws import text
from private_packages.commands.failures import UNFORESEEN
from private_packages.main import main

Run = Callable[..., Result]
COMMAND = Path(sys.executable).with_name("private-packages")


@pytest.fixture(autouse=True)
def _no_tokens() -> None:
    """Forget the tokens of other tests."""
    text._hidden.set(())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """Run the command in this process and see that it ends as a command should: without a traceback."""
    assert folder.is_dir()

    def invoke(*arguments: str | Path) -> Result:
        texts = [str(argument) for argument in arguments]
        result = CliRunner().invoke(main, texts, prog_name="private-packages", terminal_width=100)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert UNFORESEEN not in result.stderr
        return result

    return invoke


def run_process(*arguments: str, folder: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the installed command in a process of its own."""
    environment = os.environ | options.pop("env", {})
    return subprocess.run(
        [COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, check=False, **options
    )
