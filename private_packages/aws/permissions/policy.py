"""The least-privilege policy of a command, from the table and the configuration at hand."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from private_packages.aws.permissions.table import CONDITIONS, Row, rows

LONGEST = 6_144
"""Characters without blanks that a managed policy takes; an inline policy of a role takes 10,240."""
_LONGEST_PREFIX = 24
"""Letters of a stack's name that CloudFormation leaves in names of 64."""

Values = Mapping[str, Sequence[str]]
"""What stands for the names in the table's patterns; several make a resource of each."""


def policy(command: str, values: Values) -> dict[str, Any]:
    """Return the policy that lets somebody run a command, as a document of IAM.

    Args:
        command: one of the table's.
        values: account, region, partition, stack, stack_set, stackery_stack, build_role, secret and
            role_name; and role_arn, bucket, boundary and role_check where they are used. With a role,
            CloudFormation calls with the rights of that one, and the actions of its handlers are left out.
    """
    known = {
        **values,
        "build_role_name": [role.split("/")[-1] for role in values["build_role"]],
        "physical": [_physical(name) for name in values["stack"]],
    }
    # What CloudFormation's handlers need comes first: then a statement that serves an option alone has no
    # more than that, and can be left out.
    needed = sorted(
        (row for row in rows(command) if _is_needed(row, values)), key=lambda row: not _is_of_handler(row)
    )
    given: set[tuple[str, str]] = set()
    statements: dict[str, dict[str, Any]] = {}
    for row in needed:
        asked = sorted({each for pattern in row.resources for each in _filled(pattern, known)})
        actions = [each for each in row.names if not {(each, resource) for resource in asked} <= given]
        resources = [each for each in asked if not {(action, each) for action in actions} <= given]
        if not row.condition:
            given |= set(itertools.product(actions, resources))
        if row.sid in statements:
            statements[row.sid]["Action"] += actions
        elif actions:
            statements[row.sid] = _statement(row, actions, resources, known)
    return {"Version": "2012-10-17", "Statement": list(statements.values())}


def _is_of_handler(row: Row) -> bool:
    return "::" in row.needed_by


def _is_needed(row: Row, values: Values) -> bool:
    if row.only_with and not values.get(row.only_with):
        return False
    return not (values.get("role_arn") and _is_of_handler(row))


def _statement(row: Row, actions: list[str], resources: list[str], known: Values) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": row.sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    if row.condition:
        key, value = CONDITIONS[row.condition]
        statement["Condition"] = {"StringLike": {key: next(_filled(value, known))}}
    return statement


def _filled(pattern: str, known: Values) -> Iterator[str]:
    names = sorted(set(re.findall(r"{(\w+)}", pattern)))
    for chosen in itertools.product(*(known[name] for name in names)):
        yield pattern.format(**dict(zip(names, chosen, strict=True)))


def _physical(stack: str) -> str:
    """Return how the name of a resource begins that CloudFormation names, and cuts to 64 letters."""
    return f"{stack}-" if len(stack) <= _LONGEST_PREFIX else f"{stack[:_LONGEST_PREFIX]}*"


def length(document: Mapping[str, Any]) -> int:
    """Return how long IAM takes a policy to be: without blanks."""
    return len(re.sub(r"\s", "", json.dumps(document)))
