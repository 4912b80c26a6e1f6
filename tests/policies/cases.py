"""Which judge judges which row."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.policies import judges
from tests.policies.judges import BEYOND_MINISTACK, Judge
from tests.policies.specification import Row

JUDGES = (
    pytest.param("ministack", id="ministack"),
    pytest.param("iam_simulate", id="iam-simulate", marks=pytest.mark.node),
)


def judged(rows: Iterable[Row]) -> list[Any]:
    """Return each judge with each of the rows that it can judge, a judge's own together."""
    rows = tuple(rows)
    expressible = [row for row in rows if row.caller not in BEYOND_MINISTACK]
    return [
        *(pytest.param("ministack", row, id=f"ministack: {row}") for row in expressible),
        *(
            pytest.param("iam_simulate", row, id=f"iam-simulate: {row}", marks=pytest.mark.node)
            for row in rows
        ),
    ]


def find_judge(name: str) -> Judge:
    """Return the judge that a test names."""
    judge: Judge = getattr(judges, name)
    return judge


def broken(verdicts: Mapping[Row, bool]) -> set[str]:
    """Return the rows, as sentences, about which a judge says otherwise."""
    return {str(row) for row, allowed in verdicts.items() if allowed is not row.allowed}
