"""AWS behind the command, answering from a script."""

import boto3
import pytest

from generator.configuration import DEFAULT
from tests.aws import Scripted, ScriptEntry
from tests.generator.conftest import text_of
from tests.private_packages.aws.stack.test_made_from import summary


def answering(patch: pytest.MonkeyPatch, boto: boto3.Session, **script: ScriptEntry) -> Scripted:
    """Let every subcommand sign in to AWS that answers so; returns what tells what it was asked."""
    body = text_of("private-packages", DEFAULT)
    deployed: dict[str, ScriptEntry] = {
        "GetTemplateSummary": summary(),
        "GetTemplate": {"TemplateBody": body},
    }
    session = Scripted(boto, script=deployed | script)

    patch.setattr("boto3.Session", lambda **_: session)
    return session
