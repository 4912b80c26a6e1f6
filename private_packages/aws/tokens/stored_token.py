"""The token in one secret: looking at it as far as the caller may, and storing another."""

from collections.abc import Sequence
from dataclasses import dataclass

from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws, if_allowed
from private_packages.aws.errors import AwsError, TokenError
from private_packages.aws.tokens import secret
from private_packages.aws.tokens.secret import Description, Version
from private_packages.aws.tokens.token import Inspection, Token, inspect, secret_string


@dataclass(frozen=True)
class Check:
    """What the caller can tell of a stored token."""

    description: Description | None
    """None where the caller may not describe the secret."""
    version: Version | None
    """The one that was read; where that may not be, the one that the description calls current."""
    inspection: Inspection | None
    """None where the token was not read."""
    problems: Sequence[str]
    """Why builds cannot use it, or why that is not known; empty where they can."""


def describe_if_allowed(aws: Aws, arn: str) -> Description | None:
    """Describe the secret, or return None where the caller may not.

    Raises:
        AwsError: AWS cannot be asked, or there is no such secret.
    """
    return if_allowed(secret.describe, aws, arn)


def describe_for_change(aws: Aws, arn: str) -> Description | None:
    """Describe the secret as `describe_if_allowed` does, and refuse one that takes no new token.

    Raises:
        TokenError: the secret is marked for deletion.
        AwsError: AWS cannot be asked, or there is no such secret.
    """
    description = describe_if_allowed(aws, arn)
    if description and description.deleted:
        raise TokenError(_deleted(arn))
    return description


def check(aws: Aws, arn: str, key: str | None, repository_id: str) -> Check:
    """Look at the token without keeping it; key is its key where the secret holds JSON.

    Raises:
        AwsError: AWS cannot be asked, or there is no such secret.
    """
    description = describe_if_allowed(aws, arn)
    known = description.current if description else None
    try:
        value = secret.read(aws, arn)
    except AwsError as error:
        if problem := _problem(error, arn, repository_id):
            return Check(description, known, None, [problem])
        raise
    inspection = inspect(value.text, key)
    return Check(description, value.version, inspection, inspection.problems)


def store(aws: Aws, arn: str, token: Token, key: str | None, repository_id: str) -> Inspection | None:
    """Store a token, or return None where it is the current one already.

    Not being allowed to read the secret hinders only where other keys of its JSON have to be kept.

    Raises:
        TokenError: no build could use the token, what is stored now cannot be kept, or it is not known what
            became of the new one.
        AwsError: AWS cannot be asked, or refuses.
    """
    current = _current(aws, arn, key)
    text = secret_string(token, key, current)
    if text == current:
        return None
    inspection = inspect(text, key)
    if inspection.problems:
        raise TokenError(f"Nothing was changed. {' '.join(inspection.problems)}")
    try:
        secret.put(aws, arn, text)
    except AwsError as error:
        if error.code:
            raise
        raise TokenError(
            f"{error} Whether the token was stored is not known: look with"
            f" `{invocation.command('token check', repository_id)}`."
        ) from error
    return inspection


def _current(aws: Aws, arn: str, key: str | None) -> str | None:
    """Return what is stored now; None where that is nothing, or nothing that has to be kept."""
    try:
        value = secret.read(aws, arn)
    except AwsError as error:
        if secret.has_no_value(error) or (key is None and error.code in DENIED):
            return None
        if error.code in DENIED:
            raise TokenError(
                f"The secret's other keys could not be kept, so nothing was changed. {error}"
            ) from error
        raise
    if value.text is None and key is not None:
        raise TokenError(
            f"The secret holds bytes, in which no {key} can be set: store text in the console first."
        )
    return value.text


def _deleted(arn: str) -> str:
    return f"The secret is marked for deletion: restore it first (`{secret.restore_command(arn)}`)."


def _problem(error: AwsError, arn: str, repository_id: str) -> str:
    """Return what reading failed of where that tells something of the token; empty otherwise."""
    if secret.has_no_value(error):
        command = invocation.command("token set", repository_id)
        return f"The secret has no value yet: store one with `{command}`."
    if secret.is_deleted(error):
        return _deleted(arn)
    return str(error) if error.code in DENIED else ""
