"""The report can be pasted where everybody reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from acceptance.report import Result, Verdict, write


def written(folder: Path, *raw: str) -> tuple[dict[str, Any], str]:
    result = Result("B", "An old | role", "refused", "README.md", "see\n| this", Verdict.DIFFERS, [*raw], 3)
    write(folder, {"account": "111122223333, us-east-1"}, [result], ["stack: pp-acceptance"])
    document: dict[str, Any] = json.loads((folder / "acceptance.json").read_text())
    return document, (folder / "acceptance.md").read_text()


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        (
            "arn:aws:iam::111122223333:role/pp-acceptance/factory",
            "arn:aws:iam::account-1:role/pp-acceptance/factory",
        ),
        ("444455556666 and 111122223333", "account-2 and account-1"),
        ("o-a1b2c3d4e5 in ou-ab12-cdefghij, r-ab12", "organization-2 in ou-masked, r-masked"),
        (
            "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0/jane@acme.example is not",
            "User: arn:aws:sts::account-1:assumed-role/masked is not",
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/factory/pp-acceptance",
            "arn:aws:sts::account-1:assumed-role/factory/pp-acceptance",
        ),
        ("AROAABCDEFGHIJKLMNOP:jane", "masked:jane"),
        ("request 12345678-1234-1234-1234-123456789012", "request 12345678-1234-1234-1234-123456789012"),
    ],
)
def test_nobody_is_told(tmp_path: Path, said: str, masked: str) -> None:
    document, page = written(tmp_path, said)
    assert document["steps"][0]["raw"] == [masked]
    assert document["head"]["account"] == "account-1, us-east-1"
    assert f"\n{masked}\n" in page


def test_it_says_what_was_expected_and_what_to_change(tmp_path: Path) -> None:
    document, page = written(tmp_path, "```")
    assert document["steps"][0]["verdict"] == "differs"
    assert "| B | An old | role | see \\| this | differs |" in page
    assert "## B: An old | role (3 s)\n\nExpected: refused. If it differs, change: README.md.\n" in page
    assert "\n'''\n" in page
    assert page.endswith("## Cleaning up\n\n- stack: pp-acceptance\n")
