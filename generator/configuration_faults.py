"""How a fault of `repositories.yaml` is told: where it is, and what to do about it.

No message repeats a value that was found, which may be a token in the wrong place.
"""

import re
from typing import Any

import yaml

from generator.configuration import PARAMETERS_PER_TEMPLATE, REPOSITORY_ID

_YAML_FIXES = {
    r"'\t'": "indent with blanks, not with tabs",
    "cannot start any token": "put text that begins with this character in quotes",
    "mapping values are not allowed": "put text that holds a colon in quotes, or correct the indentation",
    "expected <block end>": "indent this line like the others of its entry, or correct the line before",
    "but got '?'": "put text that holds ? in quotes",
    "expected alphabetic or numeric character": "put text that begins with * or & in quotes",
    "but got '<stream end>'": "close the bracket or brace that is open before here",
    "but found another document": "holds several documents, keep one and remove the lines `---`",
    "found undefined alias": "put text that begins with * in quotes",
    "found unhashable key": "a field's name must be text, put text that begins with { or [ in quotes",
    "could not determine a constructor": "put = in quotes",
}
"""What to do about what PyYAML often finds, by a part of its words."""


def explain_yaml(error: yaml.MarkedYAMLError) -> str:
    """Return what to do about what is not YAML."""
    problem = str(error.problem)
    for part, fix in _YAML_FIXES.items():
        if part in problem:
            return fix
    # PyYAML quotes names of anchors and the like, which begin what may be a token.
    return re.sub(r"(anchor|handle) '.*'", r"\1", problem)


def shown(name: object) -> str:
    """Return a name for a message if it is a word: whatever else it is may be a token."""
    is_word = isinstance(name, str) and re.fullmatch(r"[A-Za-z][A-Za-z_-]{0,31}", name)
    return str(name) if is_word else "(not shown)"


# What pydantic found, in this project's words.
_FIXES = {
    "missing": "is missing, add it",
    "extra_forbidden": "is unknown, remove it or correct its spelling",
    "string_type": "must be text, put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, one `- ` line for each entry",
    "model_type": "must be fields with values, such as `id: GitHubPackages`",
    "string_too_short": "must not be empty",
    "string_unicode": "must be text, write it without escapes",
    "invalid_key": "is unknown, remove it or correct its spelling",
}


def explain(fault: Any, document: dict[str, Any]) -> str:
    """Return the entry, the field and the fix of one fault that pydantic reported."""
    location, kind, context = list(fault["loc"]), fault["type"], fault.get("ctx", {})
    places = []
    if location[:1] == ["repositories"] and len(location) > 1:
        places.append(_entry(location[1], document["repositories"]))
        location = location[2:]
    if location:
        places.append(f"field {shown(location[0])}")
        places += [f"entry {index + 1}" for index in location[1:]]
    where = f"{', '.join(places)}: " if places else ""
    if kind == "value_error":
        fix = str(context["error"])
    elif kind == "literal_error":
        fix = f"is unknown, use {context['expected']}"
    elif kind == "too_long":
        fix = f"has {context['actual_length']} entries, but {context['max_length']} at most are possible"
        if fault["loc"] == ("repositories",):
            fix += f" ({PARAMETERS_PER_TEMPLATE} parameters per template), split them into several files"
    elif kind == "string_too_long":
        fix = f"is too long, use {context['max_length']} characters at most"
    else:
        fix = _FIXES.get(kind, fault["msg"])
    return f"{where}{fix}"


def _entry(index: int, repositories: list[Any]) -> str:
    """Return how to find one entry of the list: its number, and its id where it has one."""
    repository = repositories[index]
    name = repository.get("id") if isinstance(repository, dict) else None
    is_valid = isinstance(name, str) and re.fullmatch(REPOSITORY_ID, name)
    return f"repository {index + 1} ({name})" if is_valid else f"repository {index + 1}"
