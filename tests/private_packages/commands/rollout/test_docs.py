"""What docs/commands/rollout.md shows for programs is what the commands print."""

import json
from typing import Any

import pytest

from tests import ROOT
from tests.private_packages.aws.stack_sets.conftest import Grow
from tests.private_packages.aws.stack_sets.service import StackSets
from tests.private_packages.conftest import Run
from tests.test_docs import blocks

PAGE = ROOT / "docs" / "commands" / "rollout.md"


def shape(value: Any, key: str = "") -> Any:
    """The keys and types of a document; keys that are names of Regions and parameters do not count."""
    if isinstance(value, dict):
        if key in ("counts", "instances", "parameters"):
            return {"any": shape(next(iter(value.values())))} if key != "counts" else {}
        return {name: shape(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.fixture
def documented() -> list[Any]:
    return [json.loads(block) for block in blocks(PAGE.read_text(), "json")]


def test_the_documents_are_those_on_the_page(
    run: Run, organization: Grow, stack_sets: StackSets, documented: list[Any]
) -> None:
    organization(3, suspended=1)

    def printed(*arguments: str) -> Any:
        return shape(json.loads(run("rollout", *arguments, "--output", "json").stdout))

    plan, start, stop, remove = (shape(document) for document in documented)
    assert printed("plan") == plan
    assert printed("start", "--yes") == start
    assert printed("watch") == start
    found = next(iter(stack_sets.sets.values()))
    stack_sets._begin(found, "UPDATE", {"OperationId": "x"}, list(found.instances.values()))
    assert printed("stop") == stop
    stack_sets.advance(1_000)
    assert printed("remove", "--yes") == remove
