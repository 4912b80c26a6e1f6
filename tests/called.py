"""Refuses each call to AWS that a command makes and that its row of the permissions table does not have.

botocore loads this into every client of the test run, and of the processes that it starts: tests/conftest.py
names it in BOTOCORE_EXPERIMENTAL__PLUGINS.
"""

import threading
from typing import Any

from private_packages import invocation
from private_packages.aws.permissions.table import COMMANDS, rows

ALLOWED = {
    command: {name for row in rows(command) if not row.needed_by for name in row.names}
    for command in COMMANDS
}
ANYBODY_MAY = {"sts:GetCallerIdentity"}
ACTIONS = {"s3:HeadBucket": "s3:ListBucket"}
"""What IAM calls an operation that it does not call by its name."""

_last = {"command": ""}


class NotInTheTableError(BaseException):
    """No command may catch it."""


def begin() -> None:
    """Forget the command that was called last: the next calls are another test's."""
    _last["command"] = ""


def initialize_client_plugin(client: Any) -> None:
    client.meta.events.register("provide-client-params", require_a_row)


def action(model: Any) -> str:
    """Return what IAM calls an operation."""
    called = f"{model.service_model.signing_name}:{model.name}"
    return ACTIONS.get(called, called)


def require_a_row(model: Any, **_: Any) -> None:
    command = invocation._at_hand.get().name.split(" ")[0]
    # A thread that a command has begun has not its context.
    if threading.current_thread() is threading.main_thread():
        _last["command"] = command
    command = command or _last["command"]
    if command and action(model) not in ALLOWED.get(command, set()) | ANYBODY_MAY:
        raise NotInTheTableError(
            f"{command} calls {action(model)}: see private_packages/aws/permissions/table.txt"
        )
