"""The deployed stack of the template `private-packages`."""

from collections.abc import Iterable

from rollout.errors import StackError


def secret_arns(
    stack_name: str, repository_ids: Iterable[str], *, profile: str | None = None, region: str | None = None
) -> dict[str, str]:
    """Return the ARN of each repository's secret, by the repository's id, from the stack's outputs.

    Raises:
        StackError: there is no such stack, it lacks an output, or AWS cannot be asked.
    """
    # Here, because they take half a second to load, and most commands do without.
    import boto3  # noqa: PLC0415
    from botocore.exceptions import (  # noqa: PLC0415
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        NoRegionError,
    )

    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        client = session.client("cloudformation")
        stack = client.describe_stacks(StackName=stack_name)["Stacks"][0]
    except NoRegionError as error:
        raise StackError("No Region is set: say --region or set AWS_REGION.") from error
    except NoCredentialsError as error:
        raise StackError("No AWS credentials: sign in, or give --profile.") from error
    except ClientError as error:
        fault = error.response["Error"]
        raise StackError(
            _explain(
                f"{stack_name} in {client.meta.region_name}",
                fault.get("Code", ""),
                fault.get("Message", "").rstrip("."),
            )
        ) from error
    except BotoCoreError as error:
        raise StackError(f"AWS cannot be asked: {str(error).rstrip('.')}.") from error
    found = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    missing = [f"{name}SecretArn" for name in repository_ids if f"{name}SecretArn" not in found]
    if missing:
        raise StackError(
            f"Stack {stack_name} in {client.meta.region_name} ({stack['StackStatus']}) has no output"
            f" {', '.join(missing)}: deploy a template made from the same configuration there first."
        )
    return {name: found[f"{name}SecretArn"] for name in repository_ids}


def _explain(stack: str, code: str, message: str) -> str:
    """Return what to do about an error that CloudFormation answered."""
    if code == "ValidationError" and "does not exist" in message:
        return f"There is no stack {stack}: correct --stack-name, --region or --profile."
    return f"Stack {stack} cannot be read ({code}): {message}."
