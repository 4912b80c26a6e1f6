"""The function's one file can stand in a template as it is, and Lambda can run it as the module `index`."""

import ast
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from custom_resource import role_check

PATH = Path(role_check.__file__)
SOURCE = PATH.read_text("utf-8")


def test_only_the_standard_library_and_boto3_are_imported() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).split(".")[0])
    assert imported - sys.stdlib_module_names == {"boto3", "botocore"}


def test_lambda_finds_the_handler_and_importing_makes_no_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("The import used AWS.")

    monkeypatch.setattr("boto3.Session", refuse)
    monkeypatch.setattr("boto3.client", refuse)
    (tmp_path / "index.py").write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("index", tmp_path / "index.py")
    assert spec is not None
    assert spec.loader is not None
    index = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(index)
    assert callable(index.handler)


def test_the_text_is_one_that_yaml_keeps_as_a_literal_block() -> None:
    lines = SOURCE.split("\n")
    assert all(line.isascii() and (line.isprintable() or not line) for line in lines)
    assert all(line == line.rstrip() for line in lines)
    assert SOURCE.endswith("\n")
