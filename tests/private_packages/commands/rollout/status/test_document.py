"""The outcomes of a rollout for programs."""

import csv
import io

from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.commands.rollout.status.document import COLUMNS, table
from tests.private_packages.aws.stack_sets.rollouts import overview

FAILED = Instance("2" * 12, "us-east-1", Outcome.FAILED, reason="Too old.")


def test_a_spreadsheet_gets_a_line_for_each_instance() -> None:
    rows = list(csv.DictReader(io.StringIO(table(overview([FAILED, FAILED])))))
    assert [list(row) for row in rows] == [COLUMNS, COLUMNS]
    assert rows[0]["outcome"] == "failed"
