"""AWS as `token` finds it."""

from pathlib import Path

import boto3
import pytest

from tests.aws import Scripted, ScriptEntry
from tests.private_packages.aws.stack.test_health import stacks
from tests.private_packages.aws.tokens.test_stored_token import script
from tests.private_packages.commands.answers import answering
from tests.private_packages.commands.token.calls import Aws


@pytest.fixture(autouse=True)
def _folder(folder: Path) -> None:
    """A folder without a configuration."""
    assert list(folder.iterdir()) == []


@pytest.fixture
def aws(boto: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Set what AWS answers: as it does when all is well, but for what is said."""

    def aws(**changes: ScriptEntry) -> Scripted:
        return answering(monkeypatch, boto, **{"DescribeStacks": stacks(), **script(**changes)})

    return aws
