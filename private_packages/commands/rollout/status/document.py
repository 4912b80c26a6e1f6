"""The report for programs: as a document for JSON, and as CSV."""

import csv
import io
from dataclasses import fields
from typing import Any

from private_packages.aws.stack_sets.instances import Instance
from private_packages.commands.rollout.status.report import Report

COLUMNS = [field.name for field in fields(Instance)]


def document(report: Report) -> dict[str, Any]:
    """Return the report as JSON knows it."""
    return {
        "stack_set": report.stack_set,
        "region": report.region,
        "account": report.account,
        "counts": report.counts,
        "reasons": [
            {
                "outcome": group.outcome,
                "reason": group.reason,
                "count": len(group.instances),
                "accounts": group.accounts,
                "regions": group.regions,
            }
            for group in report.groups
        ],
        "instances": [_values(instance) for instance in report.instances],
    }


def table(report: Report) -> str:
    """Return the instances as CSV, with a line that names the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for instance in report.instances:
        writer.writerow({name: _inert(value) for name, value in _values(instance).items()})
    return text.getvalue()


def _values(instance: Instance) -> dict[str, str]:
    return {name: getattr(instance, name) for name in COLUMNS}


def _inert(value: str) -> str:
    """Keep a spreadsheet from running as a formula what an account is called."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
