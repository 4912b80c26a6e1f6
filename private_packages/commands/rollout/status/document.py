"""The report for programs: as a document for JSON, and as CSV."""

import csv
import io
from dataclasses import fields
from typing import Any

from private_packages.aws.stack_sets.instances import Instance
from private_packages.aws.stack_sets.overview import Overview

COLUMNS = [field.name for field in fields(Instance)]


def document(overview: Overview) -> dict[str, Any]:
    """Return the report as JSON knows it."""
    return {
        "stack_set": overview.stack_set,
        "region": overview.region,
        "account": overview.account,
        "counts": overview.counts,
        "reasons": [
            {
                "outcome": group.outcome,
                "reason": group.reason,
                "count": len(group.instances),
                "accounts": group.accounts,
                "regions": group.regions,
            }
            for group in overview.groups
        ],
        "instances": [_values(instance) for instance in overview.instances],
    }


def table(overview: Overview) -> str:
    """Return the instances as CSV, with a line that names the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for instance in overview.instances:
        writer.writerow({name: _inert(value) for name, value in _values(instance).items()})
    return text.getvalue()


def _values(instance: Instance) -> dict[str, str]:
    return {name: getattr(instance, name) for name in COLUMNS}


def _inert(value: str) -> str:
    """Keep a spreadsheet from running as a formula what an account is called."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
