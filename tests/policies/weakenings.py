"""Every way in which a policy could be weakened in one place, made from the policy itself."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.policies.judges import Policy

Statement = dict[str, Any]


@dataclass(frozen=True)
class Weakening:
    """One statement, and what it becomes; nothing: it is removed."""

    name: str
    statement: Statement
    becomes: Statement | None

    @property
    def judges(self) -> tuple[str, ...]:
        """The judges that can tell."""
        if " with StringLike for ArnLike " in str(self):
            return ("iam_simulate",)  # MiniStack compares ARNs as whole strings either way
        if " with ForAnyValue:StringLikeIfExists for " in str(self):
            return ("ministack",)  # iam-simulate lets no missing key pass ForAnyValue, IfExists or not
        return ("ministack", "iam_simulate")

    def __str__(self) -> str:
        """Return the statement's Sid and what is done to it."""
        return f"{self.statement['Sid']} {self.name}"

    def applied_to(self, policy: Policy) -> Policy:
        """Return the policy, weakened; fails where the policy has no such statement."""
        statements = list(policy["Statement"])
        index = statements.index(self.statement)
        statements[index : index + 1] = [self.becomes] if self.becomes else []
        return {**policy, "Statement": statements}


def of(policy: Policy) -> list[Weakening]:
    """Return all weakenings of a policy."""
    return [weakening for statement in policy["Statement"] for weakening in _of_statement(statement)]


def _of_statement(statement: Statement) -> Iterator[Weakening]:
    yield Weakening("removed", statement, None)
    if statement["Principal"] != {"AWS": "*"}:
        yield Weakening("for everyone", statement, {**statement, "Principal": {"AWS": "*"}})
    all_actions = [f"{action.split(':')[0]}:*" for action in statement["Action"]]
    if all_actions != statement["Action"]:
        yield Weakening("for all actions", statement, {**statement, "Action": all_actions})
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield from _of_condition(statement, operator, key, values)


def _of_condition(statement: Statement, operator: str, key: str, values: Any) -> Iterator[Weakening]:
    condition = f"{operator} {key}"
    yield Weakening(f"without {condition}", statement, _with(statement, operator, key))
    for weaker in _weaker_operators(operator):
        becomes = _with(statement, operator, key, weaker, values)
        yield Weakening(f"with {weaker} for {condition}", statement, becomes)
    if key == "aws:PrincipalOrgID":
        # A policy's variable stands for what the caller brings along, which is its own organization.
        variable = "${aws:PrincipalOrgID}"
        becomes = _with(statement, operator, key, operator, variable)
        yield Weakening(f"with {variable} for the organization", statement, becomes)
    if isinstance(values, list):
        for value in values:
            rest = [other for other in values if other != value]
            if rest:
                becomes = _with(statement, operator, key, operator, rest)
                yield Weakening(f"without {value} in {condition}", statement, becomes)
            # What keeps out more is no weakening.
            for wider in () if operator.startswith("ArnNot") else _wider_patterns(value):
                becomes = _with(statement, operator, key, operator, [*rest, wider])
                yield Weakening(f"with {wider} for {value} in {condition}", statement, becomes)


def _with(
    statement: Statement, operator: str, key: str, new_operator: str | None = None, values: Any = None
) -> Statement:
    """Return the statement with this condition moved to another operator, changed, or left out."""
    statement = copy.deepcopy(statement)
    condition = statement["Condition"]
    del condition[operator][key]
    if not condition[operator]:
        del condition[operator]
    if new_operator:
        condition.setdefault(new_operator, {})[key] = values
    if not condition:
        del statement["Condition"]
    return statement


def _weaker_operators(operator: str) -> list[str]:
    """Return the operators that let more pass.

    An ArnLike that lets a missing ARN pass is not among them: whoever belongs to an organization has one.
    """
    if operator == "ArnLike":
        return ["StringLike"]
    if operator.startswith("ForAnyValue:"):
        return [operator.replace("ForAnyValue:", "ForAllValues:"), f"{operator}IfExists"]
    if operator.endswith("IfExists") or operator in ("Null", "ArnNotLike"):
        return []
    return [f"ForAllValues:{operator}", f"{operator}IfExists"]


def _wider_patterns(value: str) -> Iterator[str]:
    """Return the pattern with one of its parts opened to anything."""
    if not value.startswith("arn:"):  # of aws:PrincipalOrgPaths
        yield value.removesuffix("/*") + "*"
        yield value.rsplit("/", 2)[0] + "/*"
        return
    if not value.endswith("*"):
        yield f"{value}*"
    parts = value.split(":", 5)
    for index, part in enumerate(parts):
        if index >= 3 and part not in ("", "*"):  # Region, account, resource
            yield ":".join([*parts[:index], "*", *parts[index + 1 :]])
    *start, resource = parts
    segments = resource.split("/")
    for index in range(len(segments)):
        yield ":".join([*start, "/".join([*segments[:index], "*", *segments[index + 1 :]])])
