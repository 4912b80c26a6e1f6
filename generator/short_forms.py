"""A template's text as the document that CloudFormation reads: YAML, with its short forms, or JSON."""

from typing import Any

import yaml

from generator.errors import UnreadableTemplateError

Document = dict[str, Any]


def load(text: str) -> Document:
    """Return a template with the short forms of its functions written out.

    Raises:
        UnreadableTemplateError: it is no template.
    """
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise UnreadableTemplateError(
            "The template of the stack is no YAML that this release can read."
        ) from error
    if not isinstance(found, dict):
        raise UnreadableTemplateError("The template of the stack is no document.")
    return found


class _Loader(yaml.SafeLoader):
    """Knows !Ref and its like, and takes neither a date nor the condition Null for anything but text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own form
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag.split(":")[-1] not in ("timestamp", "null")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _function(loader: _Loader, name: str, node: yaml.Node) -> Document:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if name == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


yaml.add_multi_constructor("!", _function, _Loader)
