"""The role check before a rollout."""

from dataclasses import replace
from typing import Any

import pytest

from generator.configuration import DEFAULT
from private_packages.aws.aws import Aws
from private_packages.aws.organization import organization_check
from private_packages.aws.organization.account_check import Finding
from private_packages.aws.stack_sets import preflight
from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.aws.stack_sets.rollout import Rollout
from private_packages.commands.files import template_text
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.test_rollout import rollout

TEMPLATE_TEXT = template_text("role-check", DEFAULT)
__all__ = ["rollout"]


def test_preflight_calls_for_many_accounts_with_the_patience_for_that(
    rollout: Rollout, organization: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization(1)
    seen: list[Any] = []

    def check_members(aws: Aws, *_: object) -> list[Finding]:
        seen.append(aws.config.retries)  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr(organization_check, "check_members", check_members)
    checked = replace(rollout, definition=Definition.of(TEMPLATE_TEXT, {}, Permissions(), {}))
    assert preflight.check(checked, checked.plan(), "Reader") == []
    assert seen == [{"mode": "adaptive", "total_max_attempts": 8}]
