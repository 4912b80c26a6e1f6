"""The outcomes of a rollout for programs."""

import csv
import io

from private_packages.aws.stack_sets import instances
from private_packages.aws.stack_sets.instances import Instance, Outcome
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.rollout.status.document import COLUMNS, table

FAILED = Instance("2" * 12, "us-east-1", Outcome.FAILED, reason="Too old.")


def overview(*found: Instance) -> Overview:
    return Overview("set", "us-east-1", "1" * 12, instances.count(found), instances.group(found), found)


def test_a_spreadsheet_gets_a_line_for_each_instance() -> None:
    rows = list(csv.DictReader(io.StringIO(table(overview(FAILED, FAILED)))))
    assert [list(row) for row in rows] == [COLUMNS, COLUMNS]
    assert rows[0]["outcome"] == "failed"
