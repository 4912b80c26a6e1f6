"""AWS behind the command, answering from a script."""

from typing import Any

import boto3
import pytest

from private_packages.aws.aws import Aws
from tests.aws import Scripted, ScriptEntry


def answering(patch: pytest.MonkeyPatch, boto: boto3.Session, **script: ScriptEntry) -> Scripted:
    """Let every subcommand sign in to AWS that answers so; returns what tells what it was asked."""
    session = Scripted(boto, script=script)

    def sign_in(_profile: str | None = None, _region: str | None = None) -> Any:
        return Aws(session)  # type: ignore[arg-type]

    patch.setattr("private_packages.aws.aws.sign_in", sign_in)
    return session
