"""The report for programs: as a document for JSON, and as CSV."""

from dataclasses import fields
from typing import Any

from private_packages.aws.stack_sets.instances import Instance
from private_packages.aws.stack_sets.overview import Overview
from private_packages.commands.printing import csv_table

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
    return csv_table(COLUMNS, map(_values, overview.instances))


def _values(instance: Instance) -> dict[str, str | None]:
    return {name: getattr(instance, name) for name in COLUMNS}
