from collections.abc import Callable

import boto3
import pytest

from private_packages.aws.aws import Aws
from tests.aws import Scripted, ScriptEntry


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited for, one after the other; nothing waits."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


@pytest.fixture
def scripted(boto: boto3.Session) -> Callable[..., tuple[Aws, Scripted]]:
    """Make AWS that answers from a script, and the session behind it that tells what it was asked."""

    def scripted(**script: ScriptEntry) -> tuple[Aws, Scripted]:
        session = Scripted(boto, script=script)
        return Aws(session), session  # type: ignore[arg-type]

    return scripted
