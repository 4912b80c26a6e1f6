"""AWS behind the command, answering from a script."""

import boto3
import pytest

from tests.aws import Scripted, ScriptEntry
from tests.private_packages.aws.stack.test_made_from import summary


def answering(patch: pytest.MonkeyPatch, boto: boto3.Session, **script: ScriptEntry) -> Scripted:
    """Let every subcommand sign in to AWS that answers so; returns what tells what it was asked."""
    session = Scripted(boto, script={"GetTemplateSummary": summary(), **script})

    patch.setattr("boto3.Session", lambda **_: session)
    return session
