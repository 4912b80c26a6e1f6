"""Who gains and who loses access to which token, from the policies that a stack has and is to get.

Policies are compared as documents, statement by statement, so that what somebody edited is told, too. What
concerns all of them (a role, a part of the organization) is told once; what is left, by statement.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from generator import names
from generator.short_forms import Document
from private_packages.aws.text import one_line

_ROLE, _ORGANIZATION, _PATHS, _SECRETS = (
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "kms:EncryptionContext:SecretARN",
)


_LOOKED_UP = {"Fn::GetAtt": [names.STACKERY_ROLE, "OrganizationId"]}
_ORGANIZATION_ID = (
    _LOOKED_UP,  # of 0.1.0
    {"Fn::If": ["OrganizationIdGiven", {"Ref": "OrganizationId"}, _LOOKED_UP]},
)


@dataclass(frozen=True)
class AccessChange:
    """A change of who can read what, as a person would say it."""

    sentence: str
    needs_consent: bool
    """Whether somebody loses access, or the tokens are opened to more than they were."""
    is_gain: bool = False
    """Whether somebody can read who could not."""


@dataclass(frozen=True)
class Side:
    """A stack as it is, or as it is to be."""

    template: Document
    values: Mapping[str, str]
    """What its parameters are, and CloudFormation's own: AWS::Partition and the like."""
    organization: str
    """The organization whose builds it lets read, or empty where that is not known."""

    @property
    def secrets(self) -> dict[str, str]:
        """The names of the secrets that it lets builds read, by the ids of their repositories."""
        resources = self.template.get("Resources", {})
        return {
            repository_id: name
            for repository_id, name in names.secret_names(self.values).items()
            if f"{names.secret(repository_id)}Policy" in resources
        }


@dataclass(frozen=True)
class _Statement:
    label: str
    effect: str
    principal: str
    resource: str
    actions: frozenset[str]
    conditions: Mapping[tuple[str, str], frozenset[str]]
    """The values by operator and key."""

    @property
    def is_narrowed(self) -> bool:
        """Whether it lets in only whom its conditions name."""
        return "*" not in self.principal or _ROLE in self._keys

    @property
    def lets_everybody_in(self) -> bool:
        """Whether it asks nobody for an organization or a role."""
        return self.effect == "Allow" and self.principal == "*" and not self._keys & {_ROLE, _ORGANIZATION}

    @property
    def _keys(self) -> set[str]:
        return {key for _, key in self.conditions}


_Policies = Mapping[str, Sequence[_Statement]]


def changes(before: Side, after: Side, *, replaced: Collection[str] = ()) -> list[AccessChange]:
    """Return what changes, what needs consent first.

    Args:
        before: the stack as it is.
        after: the stack as it is to be.
        replaced: labels of statements that make way for the template's without any further consent.
    """
    old, new = _policies(before), _policies(after)
    # What is told of all policies is not told again of each.
    told = {key: _values(old, key) ^ _values(new, key) for key in (_ROLE, _ORGANIZATION, _PATHS)}
    moved = {*before.secrets.values()} ^ {*after.secrets.values()}
    arns = _values(old, _SECRETS) ^ _values(new, _SECRETS)
    told[_SECRETS] = frozenset(arn for arn in arns if _secret_name(arn) in moved)
    if not all(each.is_narrowed for side in (old, new) for policy in side.values() for each in policy):
        told[_ROLE] = frozenset()
    found = [
        *_of_secrets(before.secrets, after.secrets),
        *_of_values(_ROLE, _name, old, new, told),
        *_of_values(_ORGANIZATION, "Builds in {}".format, old, new, told),
        *_of_paths(old, new, told),
        *_of_statements(old, new, told, replaced, before.secrets.keys() - after.secrets.keys()),
    ]
    harmless = [replace(each, sentence=one_line(each.sentence)) for each in found]
    return sorted(harmless, key=lambda change: not change.needs_consent)


def admitted(policy: Document, action: str, organization: str) -> frozenset[str]:
    """Return path and name of the roles of an organization, as patterns, that a policy lets do something."""
    return frozenset(
        role.partition("::*:role/")[2]
        for each in _statements(policy)
        if each.effect == "Allow" and action in each.actions
        if organization in each.conditions.get(("StringEquals", _ORGANIZATION), ())
        for role in each.conditions.get(("ArnLike", _ROLE), ())
    )


def _secret_name(arn: str) -> str:
    """Return the name in the pattern for a secret's ARN that the key's policy has."""
    return arn.partition(":secret:")[2].removesuffix("-??????")


def _policies(side: Side) -> _Policies:
    """Return the statements of the key's policy and of each secret's, by what the policy is of."""
    result = {}
    for logical_id, resource in side.template.get("Resources", {}).items():
        properties = resolved(resource.get("Properties", {}), side)
        policy = None
        if resource.get("Type") == "AWS::KMS::Key":
            policy, of_what = properties.get("KeyPolicy"), "the key"
        elif resource.get("Type") == "AWS::SecretsManager::ResourcePolicy":
            policy, of_what = properties.get("ResourcePolicy"), logical_id.removesuffix("SecretPolicy")
        if isinstance(policy, dict):
            result[of_what] = _statements(policy)
    return result


def _statements(policy: Document) -> list[_Statement]:
    found = policy.get("Statement", [])
    return [_statement(each) for each in (found if isinstance(found, list) else [found])]


def resolved(node: Any, side: Side) -> Any:
    """Return a part of a template with its parameters' values and the organization filled in."""
    if isinstance(node, list):
        return [resolved(each, side) for each in node]
    if not isinstance(node, dict):
        return node
    if node in _ORGANIZATION_ID:
        return side.organization or "the organization of the account"
    if list(node) == ["Fn::GetAtt"] and ".".join(node["Fn::GetAtt"]) in side.values:
        return side.values[".".join(node["Fn::GetAtt"])]
    if list(node) == ["Ref"] and node["Ref"] in side.values:
        return side.values[node["Ref"]]
    if list(node) == ["Fn::Sub"] and isinstance(node["Fn::Sub"], str):
        return re.sub(r"\$\{([\w:]+)\}", lambda found: side.values.get(found[1], found[0]), node["Fn::Sub"])
    return {key: resolved(value, side) for key, value in node.items()}


def _is_positive(operator: str) -> bool:
    """Return whether what a condition names is let in by it, and not kept out."""
    return operator.endswith(("Equals", "Like", "IfExists")) and "Not" not in operator


def _statement(found: Document) -> _Statement:
    actions = frozenset(_listed(found.get("Action", found.get("NotAction", []))))
    effect = str(found.get("Effect"))
    return _Statement(
        label=str(found.get("Sid") or f"{effect} {', '.join(sorted(actions))}"),
        effect=effect,
        principal=_shown(found.get("Principal", found.get("NotPrincipal"))),
        resource=_shown(found.get("Resource", found.get("NotResource"))),
        actions=actions,
        conditions={
            (operator, _known(key)): frozenset(_listed(values))
            for operator, condition in found.get("Condition", {}).items()
            for key, values in condition.items()
        },
    )


def _known(key: str) -> str:
    """Return a condition's key in the letters of this module: IAM takes capitals for small ones."""
    ours = (_ROLE, _ORGANIZATION, _PATHS, _SECRETS)
    return next((each for each in ours if each.lower() == key.lower()), key)


def _listed(value: Any) -> list[str]:
    return [_shown(each) for each in (value if isinstance(value, list) else [value])]


def _shown(value: Any) -> str:
    """Return a value as text; of what is written in several ways, the same for all of them."""
    if isinstance(value, list):
        return _shown(value[0]) if len(value) == 1 else ", ".join(sorted(map(_shown, value)))
    if isinstance(value, dict) and list(value) in (["AWS"], ["Fn::Sub"]):
        return _shown(next(iter(value.values())))
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _values(policies: _Policies, key: str) -> frozenset[str]:
    """Return the values of a condition's key, wherever it stands."""
    return frozenset(
        value
        for statements in policies.values()
        for statement in statements
        for (operator, each), values in statement.conditions.items()
        if each == key and statement.effect == "Allow" and _is_positive(operator)
        for value in values
    )


def _of_secrets(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[AccessChange]:
    for name, secret in before.items():
        if name not in after:
            yield AccessChange(f"Builds can no longer read {secret} ({name}).", needs_consent=True)
    for name, secret in after.items():
        if name not in before:
            yield AccessChange(f"Builds can read {secret} ({name}).", needs_consent=False, is_gain=True)


def _of_values(
    key: str,
    name: Callable[[str], str],
    before: _Policies,
    after: _Policies,
    told: Mapping[str, frozenset[str]],
) -> Iterator[AccessChange]:
    """Return who comes and goes; to name another role is what people deploy for, and needs no consent."""
    is_role = key == _ROLE
    for each in sorted(_values(before, key) & told[key]):
        yield AccessChange(f"{name(each)} can no longer read any token.", needs_consent=True)
    for each in sorted(_values(after, key) & told[key]):
        yield AccessChange(f"{name(each)} can read all tokens.", needs_consent=not is_role, is_gain=is_role)


def _name(role: str) -> str:
    """Return a role by its path and name, or roles by their pattern, from the ARN that stands for them."""
    name = role.partition("::*:role/")[2]
    return f"{'Each role named' if re.search('[*?]', name) else 'The role'} {name or role}"


def _of_paths(
    before: _Policies, after: _Policies, told: Mapping[str, frozenset[str]]
) -> Iterator[AccessChange]:
    theirs, ours = _values(before, _PATHS), _values(after, _PATHS)
    if theirs and not ours:
        yield AccessChange(
            "Build roles in the whole organization can read, no longer only those in"
            f" {', '.join(sorted(theirs))}.",
            needs_consent=True,
        )
    elif ours and not theirs:
        listed = ", ".join(sorted(ours))
        yield AccessChange(f"Build roles outside {listed} can no longer read any token.", needs_consent=True)
    else:
        yield from _of_values(_PATHS, "Build roles in {}".format, before, after, told)


def _of_statements(
    before: _Policies,
    after: _Policies,
    told: Mapping[str, frozenset[str]],
    replaced: Collection[str],
    gone: Collection[str],
) -> Iterator[AccessChange]:
    """Return what is left; the same of several policies once."""
    phrases: dict[tuple[str, bool], list[str]] = {}
    for of_what in before:
        # That builds can no longer read a repository's secret is told as such.
        if of_what in after or of_what not in gone:
            for found in _differences(before[of_what], after.get(of_what, []), told, replaced):
                phrases.setdefault(found, []).append(of_what)
    for (phrase, needs_consent), policies in phrases.items():
        yield AccessChange(f"The policy of {', '.join(policies)}: {phrase}.", needs_consent)


def _differences(
    before: Sequence[_Statement],
    after: Sequence[_Statement],
    told: Mapping[str, frozenset[str]],
    replaced: Collection[str],
) -> Iterator[tuple[str, bool]]:
    """Yield what differs between two policies, each with whether it needs consent."""
    old, new = [*before], [*after]
    pairs = []
    # Those of the same label belong together, the most alike first: without a Sid several can have one.
    for statement in before:
        alike = [each for each in new if each.label == statement.label]
        if alike:
            match = next((each for each in alike if not [*_parts(statement, each, told)]), alike[0])
            pairs.append((statement, match))
            old.remove(statement)
            new.remove(match)
    # One that admits roles as others do is told by its roles.
    old = [each for each in old if not any(_is_like(each, other, told) for other in after)]
    new = [each for each in new if not any(_is_like(each, other, told) for other in before)]
    for statement, match in pairs:
        if parts := [*_parts(statement, match, told)]:
            yield f"the statement {statement.label} {'; '.join(parts)}", True
    for statement in old:
        yield f"the statement {statement.label} goes, {_in_words(statement)}", statement.label not in replaced
    # Where others make way, the template's own take their place.
    for statement in new:
        yield f"the statement {statement.label} comes, {_in_words(statement)}", not replaced


def _is_like(one: _Statement, other: _Statement, told: Mapping[str, frozenset[str]]) -> bool:
    """Return whether two statements differ at most in the roles that they name, and these are told."""
    named, others = (_values({"": [each]}, _ROLE) for each in (one, other))
    ours, theirs = (
        replace(each, conditions={key: of for key, of in each.conditions.items() if key[1] != _ROLE})
        for each in (one, other)
    )
    return bool(named and others) and named <= told[_ROLE] and not [*_parts(ours, theirs, told)]


def _in_words(statement: _Statement) -> str:
    conditions = [_condition(*each) for each in sorted(statement.conditions.items())]
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"{statement.effect} {', '.join(sorted(statement.actions))} to {statement.principal}{where}"


def _parts(old: _Statement, new: _Statement, told: Mapping[str, frozenset[str]]) -> Iterator[str]:
    if old.lets_everybody_in:
        yield "let everybody in"
    for field in ("effect", "principal", "resource"):
        was, becomes = getattr(old, field), getattr(new, field)
        if was != becomes:
            yield f"is for the {field} {becomes}, no longer for {was}"
    yield from _of_actions(old.actions, new.actions)
    yield from _of_conditions(*(_without(each.conditions, told) for each in (old, new)))


def _of_actions(theirs: frozenset[str], ours: frozenset[str]) -> Iterator[str]:
    lost, gained = sorted(theirs - ours), sorted(ours - theirs)
    # Of kms:* something may stay.
    kept = [each for each in gained if any(fnmatchcase(each, pattern) for pattern in lost)]
    if new := [each for each in gained if each not in kept]:
        yield f"gains {', '.join(new)}"
    if lost:
        rest = f", all but {', '.join(kept)}" if kept else ""
        yield f"loses {', '.join(lost)}{rest}"


def _of_conditions(
    theirs: Mapping[tuple[str, str], frozenset[str]], ours: Mapping[tuple[str, str], frozenset[str]]
) -> Iterator[str]:
    for key in sorted({*theirs, *ours}):
        if key not in ours:
            yield f"no longer asks that {_condition(key, theirs[key])}"
        elif key not in theirs:
            yield f"asks that {_condition(key, ours[key])}"
        else:
            for value in sorted(ours[key] - theirs[key]):
                yield f"admits that {_condition(key, frozenset({value}))}"
            for value in sorted(theirs[key] - ours[key]):
                yield f"no longer admits that {_condition(key, frozenset({value}))}"


def _without(
    conditions: Mapping[tuple[str, str], frozenset[str]], told: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], frozenset[str]]:
    """Return conditions without what is told of all policies."""
    left = {key: values - told.get(key[1], frozenset()) for key, values in conditions.items()}
    return {key: values for key, values in left.items() if values or key[1] != _PATHS}


def _condition(key: tuple[str, str], values: frozenset[str]) -> str:
    return f"{key[1]} {key[0]} {', '.join(sorted(values))}".rstrip()
