"""The token in one secret: looking at it as far as the caller may, storing another, and taking one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws, if_allowed
from private_packages.aws.errors import AwsError, TokenError
from private_packages.aws.tokens import expiry, secret
from private_packages.aws.tokens.secret import PREVIOUS, Description, Version
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

    @property
    def expires(self) -> date | None:
        """The day on which the token ends: its own word is better than what was said when it was stored."""
        token = self.inspection.token if self.inspection else None
        return (token.expires if token else None) or (self.version.expires if self.version else None)


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


def store(
    aws: Aws, arn: str, token: Token, key: str | None, repository_id: str, expires: date | None = None
) -> Inspection | None:
    """Store a token, or return None where it is the current one already, and no other end of it is known.

    Not being allowed to read the secret hinders only where other keys of its JSON have to be kept.

    Args:
        aws: the secret's account.
        arn: the secret.
        token: what to store.
        key: its key where the secret holds JSON.
        repository_id: whose token it is, for messages.
        expires: the day on which it ends, as far as it does not say so itself.

    Raises:
        TokenError: no build could use the token, what is stored now cannot be kept, or it is not known what
            became of the new one.
        AwsError: AWS cannot be asked, or refuses.
    """
    expires = token.expires or expires
    expiry.refuse_past(expires)
    current = _current(aws, arn, key)
    text = secret_string(token, key, current.text if current else None)
    if current and text == current.text and expires in (None, current.version.expires):
        return None
    inspection = inspect(text, key)
    if inspection.problems:
        raise TokenError(f"Nothing was changed. {' '.join(inspection.problems)}")
    try:
        secret.put(aws, arn, text, expires)
    except AwsError as error:
        if error.code:
            raise
        raise TokenError(
            f"{error} Whether the token was stored is not known: look with"
            f" `{invocation.command('token check', repository_id)}`."
        ) from error
    return inspection


def describe_for_roll_back(aws: Aws, arn: str, repository_id: str) -> Description:
    """Describe the secret, and refuse one whose previous version cannot take the place of the current one.

    Raises:
        TokenError: there is no previous version, its token has ended, or the secret is marked for deletion.
        AwsError: AWS cannot be asked, or the caller may not describe the secret.
    """
    description = secret.describe(aws, arn)
    if description.deleted:
        raise TokenError(_deleted(arn))
    previous = description.at(PREVIOUS)
    again = f"store a token with `{invocation.command('token set', repository_id)}`"
    if not description.current:
        raise TokenError(f"The secret has no value yet: {again}.")
    if not previous:
        raise TokenError(f"The secret has no previous version: {again}.")
    if previous.expires and previous.expires < expiry.today():
        raise TokenError(f"The previous token {expiry.told(previous.expires)}: {again}. Nothing was changed.")
    return description


def roll_back(aws: Aws, description: Description, repository_id: str) -> None:
    """Make the previous version the current one, as described; what was current becomes the previous one.

    Raises:
        TokenError: another version has become current in between, or it is not known what was done.
        AwsError: AWS cannot be asked, or refuses.
    """
    look = f"look with `{invocation.command('token versions', repository_id)}`"
    try:
        secret.roll_back(aws, description)
    except AwsError as error:
        # Where another version is current by now: InvalidParameterException, "if you specify
        # RemoveFromVersionId, it must be set to the version that currently has the staging label"
        # (floci-io/floci#3247). The other where one is gone.
        if error.code in ("InvalidParameterException", "ResourceNotFoundException"):
            raise TokenError(
                f"The versions changed in between, and nothing was changed here: {look}, and try again."
            ) from error
        if error.code:
            raise
        raise TokenError(f"{error} Whether the versions were exchanged is not known: {look}.") from error


def _current(aws: Aws, arn: str, key: str | None) -> secret.Value | None:
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
    return value


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
