"""How `repositories.yaml` is read."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from generator.configuration import Configuration
from generator.configuration_faults import explain, explain_yaml, shown
from generator.errors import ConfigurationError


def load(path: Path) -> Configuration:
    """Read and validate a configuration file.

    Raises:
        ConfigurationError: the file cannot be read, is not YAML or says something that cannot be built;
            the message names file, entry, field and fix, a line for each fault.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text, save it as such.") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Configuration:
    """Validate the text of a configuration file; name is what messages call it.

    Raises:
        ConfigurationError: see `load`.
    """
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigurationError(
            f"{name}, line {line}, column {column}: is not valid YAML: remove the control character."
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{name}{where}: is not valid YAML: {explain_yaml(error)}.") from error
    except RecursionError as error:
        raise ConfigurationError(f"{name}: is not valid YAML: is nested too deeply.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{name}: write `repositories:` and under it a list of repositories.")
    try:
        return Configuration.model_validate(document)
    except ValidationError as error:
        faults = [f"{name}: {explain(fault, document)}." for fault in error.errors(include_url=False)]
        raise ConfigurationError("\n".join(faults)) from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would silently keep the last, and tags.

    Without tags, only plain values are left that can be malformed: a date or a number.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(
                None, None, "remove the tag, or put text that begins with ! in quotes", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, ValueError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, "this is no date or number, put it in quotes", node.start_mark
            ) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None,
                        None,
                        f"the key {shown(key.value)} stands twice in one place",
                        key.start_mark,
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)
