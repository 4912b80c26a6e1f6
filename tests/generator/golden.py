"""Compares text with committed files."""

import difflib
import os
from pathlib import Path

import pytest


def assert_golden(path: Path, text: str) -> None:
    """Fail with the difference, and say how to refresh, when the file does not hold this text."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    expected = path.read_text("utf-8") if path.exists() else ""
    if text != expected:
        lines = difflib.unified_diff(
            expected.splitlines(), text.splitlines(), f"{path} (committed)", "as it is now", lineterm=""
        )
        pytest.fail(
            "\n".join([*lines, "", "Where this is what you want: UPDATE_GOLDEN=1 .venv/bin/pytest tests"]),
            pytrace=False,
        )
