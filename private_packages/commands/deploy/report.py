"""What is to be deployed, and how the result of it is printed: for people or for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from generator.configuration import Configuration
from private_packages.aws.aws import Aws
from private_packages.aws.stack import stack
from private_packages.aws.stack.change_set import ChangeSet
from private_packages.aws.stack.events import Event
from private_packages.aws.stack.parameters import ParameterChange
from private_packages.aws.tokens.token import Token
from private_packages.commands.deploy import diff
from private_packages.commands.printing import print_json, progress_console, result_console


@dataclass(frozen=True)
class Order:
    """What is to be deployed, and how."""

    configuration: Configuration
    template: str
    defaults: Mapping[str, str]
    """All parameters of the template."""
    hidden: frozenset[str]
    """Those with NoEcho."""
    given: Mapping[str, str]
    stack_name: str
    bucket: str | None = None
    tokens: Mapping[str, Token] | None = None
    """Those from standard input, by the ids of their repositories; None to ask for them."""
    yes: bool = False
    dry_run: bool = False
    allow_replacement: bool = False
    output: str = "text"
    options: str = ""
    """Those that the next command needs as well, each after a blank: which stack, account, Region."""


@dataclass
class Report:
    """The result of a deployment."""

    order: Order
    aws: Aws
    proposed: ChangeSet
    parameters: Sequence[ParameterChange]

    @property
    def name(self) -> str:
        """The stack and where it is."""
        return f"{self.order.stack_name} in {self.aws.region}, account {self.aws.identity.account}"

    def diff(self, is_new: bool) -> None:
        """Print what would be done; to programs that is no result, but what the question is about."""
        console = result_console() if self.order.output == "text" else progress_console()
        console.print(f"The stack {self.name}, would be {'created' if is_new else 'changed'}:")
        diff.print_diff(console, self.proposed.changes, self.parameters)

    def unchanged(self, description: Mapping[str, Any]) -> None:
        """Say that the stack is already what it is to be."""
        if self.order.output == "json":
            self._print_json("unchanged", description)
            return
        click.echo(f"No changes: the stack {self.name}, is {description['StackStatus']} and stays so.")
        self._print_outputs(description)

    def dry_run(self, description: Mapping[str, Any] | None) -> None:
        """Say that this was all."""
        if self.order.output == "json":
            self._print_json("dry-run", description)
            return
        click.echo("Nothing was changed, as --dry-run says.")
        if diff.grave(self.proposed.changes) and not self.order.allow_replacement:
            click.echo("The same without --dry-run needs --allow-replacement.")

    def deployed(self, description: Mapping[str, Any], without_token: Sequence[str]) -> None:
        """Print the outputs and what to do next."""
        if self.order.output == "json":
            self._print_json("deployed", description)
            return
        click.echo(f"Deployed: the stack {self.name}, is {description['StackStatus']}.")
        self._print_outputs(description)
        for repository in without_token:
            click.echo("Next, to put the token that was left out:")
            click.echo(f"  private-packages token set {repository}{self.order.options}")
        click.echo("Next, in the source repository of each stack that installs private packages:")
        click.echo(f"  private-packages hook{self.order.options}")

    def failed(self, description: Mapping[str, Any] | None, cause: Event | None) -> None:
        """Print the failure for programs; people get it as a sentence."""
        if self.order.output == "json":
            self._print_json("failed", description, cause)

    def _print_outputs(self, description: Mapping[str, Any]) -> None:
        outputs = stack.outputs(dict(description))
        width = max((len(name) for name in outputs), default=0)
        for name, value in outputs.items():
            click.echo(f"  {name:{width}}  {value}")

    def _print_json(
        self, result: str, description: Mapping[str, Any] | None, cause: Event | None = None
    ) -> None:
        print_json(
            {
                "result": result,
                "stack": self.order.stack_name,
                "stack_id": description["StackId"] if description else None,
                "region": self.aws.region,
                "account": self.aws.identity.account,
                "status": description["StackStatus"] if description else None,
                "counts": diff.counts(self.proposed.changes),
                "changes": [
                    {
                        "action": change.action,
                        "resource": change.logical_id,
                        "type": change.resource_type,
                        "properties": change.properties,
                        "stays": change.stays,
                    }
                    for change in self.proposed.changes
                ],
                "parameters": [
                    {"name": each.name, "before": each.before, "after": each.after}
                    for each in self.parameters
                ],
                "outputs": stack.outputs(dict(description)) if description else {},
                "failure": {
                    "resource": cause.logical_id,
                    "type": cause.resource_type,
                    "status": cause.status,
                    "reason": cause.reason,
                }
                if cause
                else None,
            }
        )
