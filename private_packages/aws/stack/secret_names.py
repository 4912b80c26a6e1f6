"""The names of the secrets that a deployment creates."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from generator import names
from private_packages import invocation
from private_packages.aws.aws import Aws, asking
from private_packages.aws.errors import AwsError, SecretNameError
from private_packages.aws.stack import stack
from private_packages.aws.stack.leftovers import STACK_TAG
from private_packages.aws.stack.owners import Owners
from private_packages.aws.text import one_line
from private_packages.aws.tokens.secret import holds_value

_LATELY = timedelta(days=90)
_WAIT = "wait a minute and deploy again"

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef


def refuse_taken(aws: Aws, wanted: Mapping[str, str], stack_name: str, take_over: str) -> None:
    """Refuse names that no secret can be created under, by the parameters that give them.

    Args:
        aws: the stack's account and Region.
        wanted: the names, by the parameters that give them.
        stack_name: the stack.
        take_over: the command that takes over what has such a name; empty where none does.

    Raises:
        SecretNameError: a name is taken; the message says by what, and what to do, a line for each.
        AwsError: AWS cannot be asked.
    """
    faults, living = [], Owners(aws)
    for parameter, name in wanted.items():
        found = describe(aws, name)
        if found:
            fault = obstacle(living, stack_name, parameter, name, found)
            faults.append(fault or _taken(aws, parameter, name, found, take_over))
    if faults:
        raise SecretNameError("\n".join(faults))


def refuse_doubles(wanted: Mapping[str, str]) -> None:
    """Refuse one name for two secrets, by the parameters that give them.

    Raises:
        SecretNameError: two parameters have one value.
    """
    first: dict[str, str] = {}
    for parameter, name in wanted.items():
        if name in first:
            raise SecretNameError(
                f"{first[name]} and {parameter} are both {name}: give one of them another name"
                f" (--parameter {parameter}=NAME)."
            )
        first[name] = parameter


def refuse_like_arns(wanted: Mapping[str, str]) -> None:
    """Refuse names of new secrets that end as ARNs do, by the parameters that give them.

    Raises:
        SecretNameError: there is one.
    """
    for parameter, name in wanted.items():
        if names.is_like_an_arn(name):
            raise SecretNameError(
                f"The name {name} ends as the ARN of a secret does, in a hyphen and six characters, so that"
                f" AWS may take it for another secret: {_another(parameter)}."
            )


def refuse_renamed_ids(wanted: Mapping[str, str], deployed: Mapping[str, str]) -> None:
    """Refuse a repository whose id changed while the name of its secret stayed.

    For CloudFormation that is another secret, of a name that the present one has.

    Args:
        wanted: the names that the secrets are to have, by the parameters that give them.
        deployed: the values of the stack's parameters.

    Raises:
        SecretNameError: there is one.
    """
    has, gets = names.secret_names(deployed), names.secret_names(wanted)
    for new, name in gets.items():
        old = next((each for each, value in has.items() if value == name and each not in gets), None)
        if old and new not in has:
            parameter = names.secret_name_parameter(new)
            raise SecretNameError(
                f"The repository {old} is called {new} now, but has the same secret {name}: keep the id"
                f" {old}, or give {new} a secret of its own (--parameter {parameter}=NAME). To hand the"
                " secret over, with its value and ARN: deploy without the repository (--allow-removal), then"
                " with it and --import; builds cannot read it in between."
            )


def describe(aws: Aws, name: str) -> "DescribeSecretResponseTypeDef | None":
    """Return what Secrets Manager says of the secret of this name, also of one that is marked for deletion.

    None where there is none.

    Raises:
        AwsError: AWS cannot be asked.
    """
    try:
        with asking(f"see whether there is a secret {name}"):
            answer = aws.client("secretsmanager").describe_secret(SecretId=name)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    # What ends in a hyphen and six characters is also taken for the end of an ARN.
    return answer if answer.get("Name", name) == name else None


def owner(living: Owners, tags: Mapping[str, str], *identifiers: str) -> str | None:
    """Return the stack that has a secret or key; None where none has it.

    What a stack of this project made and then left behind keeps the stack's tag, but is its own no more. Of a
    stack of another template nothing but the tag tells.

    Raises:
        AwsError: AWS cannot be asked.
    """
    if found := living.of(*identifiers):
        return found
    origin = tags.get(STACK_TAG)
    there = stack.find(living.aws, origin) if origin else None
    is_of_this_project = there is None or "KeyArn" in stack.outputs(there)
    return None if is_of_this_project else origin


def obstacle(
    living: Owners, stack_name: str, parameter: str, name: str, found: "DescribeSecretResponseTypeDef"
) -> str:
    """Return why a secret that is there can neither be taken over nor its name be used; empty where it can.

    Args:
        living: the stacks of the account and Region.
        stack_name: the stack that is to have it.
        parameter: the parameter that gives its name.
        name: its name.
        found: what Secrets Manager says of it.

    Raises:
        AwsError: AWS cannot be asked.
    """
    aws, another = living.aws, _another(parameter)
    if "DeletedDate" in found:
        restore = invocation.aws_command("secretsmanager restore-secret", region=aws.region, secret_id=name)
        when, wait = f"scheduled for deletion on {found['DeletedDate']:%Y-%m-%d}", ""
        if found["DeletedDate"] <= datetime.now(UTC):
            when, wait = f"being deleted since {found['DeletedDate']:%Y-%m-%d %H:%M} UTC", f"{_WAIT}, or "
        return (
            f"The secret {name} is {when}, which keeps its name taken until it is gone: {wait}{another}, or"
            f" restore it first (`{restore}`), and its key if that is scheduled, too."
        )
    home = found.get("PrimaryRegion", aws.region)
    if home != aws.region:
        return (
            f"The secret {name} is a copy of the one in {home}: {another}, or deploy there (--region {home})."
        )
    has_it = owner(living, stack.tags_of(found.get("Tags", [])), found["ARN"], name)
    if has_it not in (None, stack_name):
        return (
            f"The secret {name} exists already and belongs to the stack {has_it}, which is there: {another},"
            f" or deploy that stack (--stack-name {has_it})."
        )
    return ""


def still_taken(reason: str) -> str:
    """Return what to do where Secrets Manager refuses a name that seemed free, by the reason of an event.

    Empty where the reason is another. A secret that is deleted for good keeps its name for a while in which
    nobody can describe it: a short delay, says the API's reference of ForceDeleteWithoutRecovery; Terraform
    tries again for two minutes.
    """
    if "already scheduled for deletion" not in reason:
        return ""
    return f" A secret that is just being deleted keeps its name for some time yet: {_WAIT}."


def _another(parameter: str) -> str:
    return f"give another name (--parameter {parameter}=NAME)"


def _taken(
    aws: Aws, parameter: str, name: str, found: "DescribeSecretResponseTypeDef", take_over: str
) -> str:
    """Return the sentence about a secret that is there: what it is, and each way out.

    To delete it is a way out only where nobody would miss it: it belongs to no stack, has no value and was
    not read lately. AWS keeps neither its token nor its name from then on.
    """
    origin = stack.tags_of(found.get("Tags", [])).get(STACK_TAG)
    made_by = f", made by the stack {one_line(origin)}" if origin else ""
    ways = _another(parameter)
    if take_over:
        ways = f"take it over, with its key and its value (`{take_over}`), or {ways}"
    has_value = holds_value(found.get("VersionIdsToStages", {}))
    is_replicated = "PrimaryRegion" in found  # a copy in this Region can be another account's
    if has_value or is_replicated or _was_read_lately(found):
        why = "it holds a token" if has_value else "it has copies" if is_replicated else "it was read lately"
        return f"The secret {name} exists already{made_by}, and {why}: {ways}."
    delete = invocation.aws_command(
        "secretsmanager delete-secret",
        region=aws.region,
        secret_id=name,
        force_delete_without_recovery=None,
    )
    return (
        f"The secret {name} exists already{made_by}: {ways}; or, as it is empty and was not read lately,"
        f" delete it, for good: `{delete}`."
    )


def _was_read_lately(found: "DescribeSecretResponseTypeDef") -> bool:
    last = found.get("LastAccessedDate")
    return last is not None and datetime.now(UTC) - last < _LATELY
