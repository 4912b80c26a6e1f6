"""One secret: its versions, and the value of the current one, which no message, log or repr shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from private_packages import invocation
from private_packages.aws.aws import DENIED, Aws, asking
from private_packages.aws.errors import AwsError, TokenError
from private_packages.aws.tokens import expiry

CURRENT = "AWSCURRENT"
"""The stage that builds read."""
PREVIOUS = "AWSPREVIOUS"
"""The stage of what was current before, which Secrets Manager moves by itself."""

_ARN_PARTS = 7
"""arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME"""


@dataclass(frozen=True)
class Version:
    """A version of a secret; one without a stage is on its way out."""

    id: str
    stages: Sequence[str]
    created: datetime | None
    """None where the caller may not list the versions."""
    last_accessed: datetime | None = None
    """The day on which its value was last read; None where it never was, or that was not asked for."""

    @property
    def expires(self) -> date | None:
        """The day on which its token ends; None where its id does not say."""
        return expiry.of_version(self.id)


@dataclass(frozen=True)
class Description:
    """What is known of a secret without reading it."""

    arn: str
    name: str
    versions: Sequence[Version]
    """The newest first, as far as their times are known."""
    deleted: datetime | None
    """When it is going to be deleted, or was marked for that; None where it is not."""
    last_accessed: datetime | None
    """The day on which its value was last read, as AWS tells it: at most once a day."""
    copies: Sequence[str] = ()
    """The Regions that it is replicated to, each with a policy of its own."""

    @property
    def current(self) -> Version | None:
        """The version that builds read; None where the secret has no value."""
        return self.at(CURRENT)

    def at(self, stage: str) -> Version | None:
        """Return the version that has a stage, of which each belongs to one; None where none has it."""
        return next((version for version in self.versions if stage in version.stages), None)


@dataclass(frozen=True)
class Value:
    """The current value of a secret."""

    version: Version
    text: str | None = field(repr=False)
    """None where the secret holds bytes, which no hook reads."""


def region_of(arn: str) -> str:
    """Return the Region of a secret's ARN, which is the only one that can read it.

    Raises:
        TokenError: this is no secret's ARN.
    """
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS or parts[2] != "secretsmanager":
        raise TokenError(f"{arn} is not the ARN of a secret: see what the outputs of the stack name.")
    return parts[3]


def restore_command(arn: str) -> str:
    """Return the command that brings a secret back that is marked for deletion."""
    return invocation.aws_command("secretsmanager restore-secret", region=region_of(arn), secret_id=arn)


def describe(aws: Aws, arn: str) -> Description:
    """Describe a secret, also one that is marked for deletion.

    Raises:
        TokenError: this is no secret's ARN.
        AwsError: AWS cannot be asked, or refuses.
    """
    client = aws.client("secretsmanager", region_of(arn))
    with asking(f"describe the secret {arn}"):
        answer = client.describe_secret(SecretId=arn)
    created = _created(client, arn)
    versions = [
        Version(version_id, stages, created.get(version_id))
        for version_id, stages in answer.get("VersionIdsToStages", {}).items()
        if stages
    ]
    return Description(
        arn=answer["ARN"],
        name=answer["Name"],
        versions=sorted(versions, key=_order),
        deleted=answer.get("DeletedDate"),
        last_accessed=answer.get("LastAccessedDate"),
        copies=[copy["Region"] for copy in answer.get("ReplicationStatus", [])],
    )


def read(aws: Aws, arn: str) -> Value:
    """Read a secret as the hook does: by its whole ARN, in its Region, the stage AWSCURRENT, no version's id.

    Raises:
        TokenError: this is no secret's ARN.
        AwsError: AWS cannot be asked, or refuses.
    """
    client = aws.client("secretsmanager", region_of(arn))
    with asking(f"read the secret {arn}"):
        answer = client.get_secret_value(SecretId=arn, VersionStage=CURRENT)
    version = Version(answer["VersionId"], answer["VersionStages"], answer["CreatedDate"])
    return Value(version, answer.get("SecretString"))


def put(aws: Aws, arn: str, text: str, expires: date | None = None) -> None:
    """Make this text the current value; what was current becomes AWSPREVIOUS.

    Args:
        aws: the secret's account.
        arn: the secret.
        text: what to store.
        expires: the day on which the token in it ends; None where that is not known.

    Raises:
        AwsError: AWS cannot be asked, or refuses; without a code, it may have stored the text all the same.
    """
    client = aws.client("secretsmanager", region_of(arn))
    with asking(f"put a value into the secret {arn}"):
        # It becomes the version's id, and is the same in each attempt: a second makes no second version.
        token = expiry.version_id(expires) if expires else str(uuid4())
        client.put_secret_value(SecretId=arn, SecretString=text, ClientRequestToken=token)


def versions(aws: Aws, arn: str) -> list[Version]:
    """Return all versions of a secret that Secrets Manager still has, the newest first.

    Raises:
        TokenError: this is no secret's ARN.
        AwsError: AWS cannot be asked, or refuses.
    """
    client = aws.client("secretsmanager", region_of(arn))
    found: list[Version] = []
    page: dict[str, str] = {}
    while True:
        with asking(f"list the versions of the secret {arn}"):
            answer = client.list_secret_version_ids(SecretId=arn, IncludeDeprecated=True, **page)  # type: ignore[arg-type]
        for each in answer["Versions"]:
            stages, read = each.get("VersionStages", []), each.get("LastAccessedDate")
            found.append(Version(each["VersionId"], stages, each["CreatedDate"], read))
        if "NextToken" not in answer:
            return sorted(found, key=_order)
        page = {"NextToken": answer["NextToken"]}


def roll_back(aws: Aws, description: Description) -> None:
    """Move AWSCURRENT to the previous version, in one call: no build finds none, or two.

    AWSPREVIOUS goes to the version that was current, says the reference of UpdateSecretVersionStage.

    Args:
        aws: the secret's account.
        description: of a secret that has a current and a previous version.

    Raises:
        AwsError: AWS cannot be asked, or refuses, as where another version is current by now; without a code,
            it may have moved the stage all the same.
    """
    arn = description.arn
    ids = {stage: version.id for version in description.versions for stage in version.stages}
    client = aws.client("secretsmanager", region_of(arn))
    with asking(f"make another version of the secret {arn} the current one"):
        client.update_secret_version_stage(
            SecretId=arn,
            VersionStage=CURRENT,
            MoveToVersionId=ids[PREVIOUS],
            RemoveFromVersionId=ids[CURRENT],
        )


def holds_value(stages: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a secret has a value for builds, from the stages of its versions by their ids."""
    return any(CURRENT in each for each in stages.values())


def has_no_value(error: AwsError) -> bool:
    """Return whether reading failed because nothing was ever stored in the secret.

    AWS answers ResourceNotFoundException "Secrets Manager can't find the specified secret value for staging
    label: AWSCURRENT" (seen in aws/aws-sdk-js-v3#7701, for another label).
    """
    return error.code == "ResourceNotFoundException" and "staging label" in str(error)


def is_deleted(error: AwsError) -> bool:
    """Return whether a call failed because the secret is marked for deletion.

    AWS answers InvalidRequestException "You can't perform this operation on the secret because it was marked
    for deletion" (external-secrets/external-secrets#4560; nothing else in the answer says so), or "because it
    was deleted", which the AWS provider of Terraform looks for; moto says "currently marked deleted".
    """
    words = r"marked for deletion|was deleted|marked deleted"
    return error.code == "InvalidRequestException" and bool(re.search(words, error.said))


def _created(client: Any, arn: str) -> dict[str, datetime]:
    """Return when each version was made; none where the caller may not know, or the secret is deleted."""
    try:
        with asking(f"list the versions of the secret {arn}"):
            # One page is enough: versions without a label are left out, and few have one.
            answer = client.list_secret_version_ids(SecretId=arn)
    except AwsError as error:
        if error.code in (*DENIED, "InvalidRequestException"):
            return {}
        raise
    return {version["VersionId"]: version["CreatedDate"] for version in answer["Versions"]}


def _order(version: Version) -> tuple[float, Sequence[str]]:
    return (-version.created.timestamp() if version.created else 0.0, sorted(version.stages))
