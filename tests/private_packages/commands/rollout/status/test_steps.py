"""The next step of an account, from each of the reasons that CloudFormation gives."""

import pytest

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Outcome
from private_packages.commands.rollout.status.steps import Step, Who, next_step
from tests.private_packages.aws.stack_sets.rollouts import (
    DENIED,
    NO_STS,
    NOT_FOUND,
    QUOTA,
    TOLERANCE,
    refused,
    summary,
    too_old,
    without_role,
)

ROLLOUT = "Nothing to do here: whoever runs the rollout sees to it."


def after(reason: str) -> Step:
    return next_step(Outcome.FAILED, instances.read(summary(1, "FAILED", reason), {}).reason, is_over=True)


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        (too_old(1, "1.24.9"), "Upgrade the Stackery Role to version 1.25.0 or newer."),
        (without_role(1), "Install or upgrade the Stackery Role."),
        (NOT_FOUND, "Install the Stackery Role 1.25.0 or newer."),
        (
            refused("Create what is missing in account 1: the account has no IAM role builder."),
            "Create what is missing.",
        ),
        (refused("Allow iam:GetRole in account 111100000001: AccessDenied: no."), "Allow iam:GetRole."),
        (NO_STS, "Activate STS in this Region: in the IAM console, under Account settings."),
        (QUOTA, "Free what is not needed in the account, or ask AWS for a higher quota."),
        ("Something else", "Mend in the account what AWS tells here."),
        ("", "Mend in the account what AWS tells here."),
    ],
)
def test_what_an_owner_can_mend_is_told_as_a_thing_to_do(reason: str, step: str) -> None:
    assert (after(reason).who, after(reason).do) == (Who.OWNER, step)


def test_what_it_follows_from_is_kept() -> None:
    assert after(too_old(1, "1.24.9")).found == "Stack stackery in us-east-1 has version 1.24.9."
    assert after("Something else").found == "Something else."


def test_what_only_the_organizations_administrators_can_change_is_theirs() -> None:
    assert after(DENIED).who is Who.ORGANIZATION
    denied = "AccessDenied: denied by a service control policy."
    assert after(refused(f"Allow iam:GetRole in account 111100000001: {denied}")).who is Who.ORGANIZATION


@pytest.mark.parametrize(
    "reason",
    [
        refused("Report this: KeyError: x"),
        refused("Set OrganizationId: Organizations answered x, no id."),
        refused("Try again, and if it stays, allow iam:GetRole in account 1: Throttling: Rate exceeded"),
        "Rate exceeded (Service: CloudFormation, Status Code: 400)",
    ],
)
def test_what_is_no_matter_of_the_account_is_left_to_whoever_runs_the_rollout(reason: str) -> None:
    assert (after(reason).who, after(reason).do) == (Who.ROLLOUT, ROLLOUT)


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.RUNNING, Outcome.WAITING])
def test_what_was_not_tried_is_tried_again_after_the_end(outcome: Outcome) -> None:
    step = next_step(outcome, TOLERANCE, is_over=True)
    again = "Nothing to do here: whoever runs the rollout starts it again."
    assert step == Step(Who.ROLLOUT, again, TOLERANCE)


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.WAITING])
def test_until_the_end_there_is_nothing_to_do_where_it_goes_on(outcome: Outcome) -> None:
    assert next_step(outcome, "", is_over=False) == Step(
        Who.NOBODY, "Nothing to do: the rollout is on its way."
    )


def test_there_is_nothing_to_do_in_an_account_that_is_ready_or_suspended() -> None:
    assert next_step(Outcome.DONE, "No updates.", is_over=True) == Step(Who.NOBODY, "Nothing to do.")
    suspended = next_step(Outcome.SKIPPED, "Suspended.", is_over=True)
    assert suspended == Step(Who.NOBODY, "Nothing to do while the account is suspended.")
