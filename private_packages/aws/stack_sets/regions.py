"""The Regions that a rollout goes to."""

from collections.abc import Sequence

from private_packages.aws.aws import DENIED, Aws, asking
from private_packages.aws.errors import AwsError, StackSetError


def require_enabled(aws: Aws, regions: Sequence[str]) -> str:
    """Refuse Regions that do not exist or that the caller's account has not enabled.

    Returns:
        What could not be seen, as a sentence; empty where all was.

    Raises:
        StackSetError: there is such a Region.
        AwsError: AWS cannot be asked.
    """
    try:
        enabled = _enabled(aws)
    except AwsError as error:
        if error.code not in DENIED:
            raise
        known = aws.session.get_available_regions("cloudformation", aws.identity.partition)
        _refuse(regions, dict.fromkeys(known, True))
        return (
            "Could not see which Regions the account has enabled (that takes ec2:DescribeRegions):"
            " only saw that they exist."
        )
    _refuse(regions, enabled)
    return ""


def _enabled(aws: Aws) -> dict[str, bool]:
    with asking("list the Regions"):
        answer = aws.client("ec2").describe_regions(AllRegions=True)
    return {region["RegionName"]: region["OptInStatus"] != "not-opted-in" for region in answer["Regions"]}


def _refuse(regions: Sequence[str], enabled: dict[str, bool]) -> None:
    for region in regions:
        if region not in enabled:
            raise StackSetError(f"There is no Region {region}: correct --regions.")
        if not enabled[region]:
            raise StackSetError(
                f"Region {region} is not enabled in this account: enable it there and in all accounts that"
                " the rollout goes to, or leave it out of --regions."
            )
