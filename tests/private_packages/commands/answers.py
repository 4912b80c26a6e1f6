"""AWS behind the command, answering from a script."""

import boto3
import pytest

from tests.aws import Scripted, ScriptEntry


def answering(patch: pytest.MonkeyPatch, boto: boto3.Session, **script: ScriptEntry) -> Scripted:
    """Let every subcommand sign in to AWS that answers so; returns what tells what it was asked."""
    session = Scripted(boto, script=script)

    patch.setattr("boto3.Session", lambda **_: session)
    return session
