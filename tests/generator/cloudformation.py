"""Reads a template as CloudFormation does, as far as these tests need it."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Knows the short forms of intrinsic functions."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
    else:
        assert isinstance(node, yaml.SequenceNode)
        argument = loader.construct_sequence(node, deep=True)
    if name == "GetAtt":
        argument = argument.split(".", 1)
    return {"Ref" if name == "Ref" else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _function)


def read(text: str) -> Document:
    """Return what a template in YAML says, with intrinsic functions in their long form."""
    document: Document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    return document


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield all values inside a value, each with the keys that lead to it."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from walk(item, (*path, str(key)))


def references(value: Any) -> set[str]:
    """Return the names that a value refers to, by whatever function."""
    names: set[str] = set()
    for path, item in walk(value):
        match path[-1:]:
            case ("Ref",):
                names.add(item)
            case ("Fn::GetAtt",):
                names.add(item[0])
            case ("Fn::Sub",):
                text, own = item if isinstance(item, list) else (item, {})
                names |= set(re.findall(r"\$\{([^.}]+)", text)) - set(own)
            case ("Fn::If",):
                names.add(item[0])
            case ("DependsOn",):
                names |= {item} if isinstance(item, str) else set(item)
    return names


def needs(document: Document, name: str) -> set[str]:
    """Return the resources that must exist before this one, directly or not."""
    found: set[str] = set()
    pending = [name]
    while pending:
        fresh = references(document["Resources"][pending.pop()]) & set(document["Resources"]) - found
        found |= fresh
        pending += fresh
    return found


def of_type(document: Document, resource_type: str) -> dict[str, Any]:
    """Return the resources of one type by their logical ids."""
    return {name: each for name, each in document["Resources"].items() if each["Type"] == resource_type}


def statements(document: Document) -> list[tuple[str, Document]]:
    """Return all statements of all policies, each with the logical id of its resource."""
    return [
        (name, statement)
        for name, resource in document["Resources"].items()
        for path, value in walk(resource)
        if path[-1:] == ("Statement",)
        for statement in value
    ]
