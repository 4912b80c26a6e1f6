"""How subcommands print a result for programs."""

import json
from typing import Any

import click


def print_json(document: Any) -> None:
    """Print a document as JSON; what is no JSON of itself, such as a time, becomes text."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))
