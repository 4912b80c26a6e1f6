"""What the options of `rollout` ask for, in the words of rollout.stack_sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from generator import document
from generator.configuration import Configuration
from generator.templates import TEMPLATES
from private_packages.aws.aws import Aws, sign_in
from private_packages.aws.organization import members
from private_packages.aws.stack_sets import administrator, existing, regions, targets
from private_packages.aws.stack_sets.definition import Definition, Permissions, Template
from private_packages.aws.stack_sets.plan import Plan
from private_packages.aws.stack_sets.preferences import Preferences
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands.files import load_configuration
from private_packages.commands.options.parameters import Form, given_parameters


def definition(
    configuration: Configuration, name: str, given: tuple[str, ...], permissions: Permissions
) -> Definition:
    """Return what a stack set of a template has to be.

    Raises:
        UsageError: a parameter is not one of the template's, or must not be given here.
    """
    template = TEMPLATES[name](configuration)
    content = template.to_dict()
    form: Form = content["Parameters"]
    secret = frozenset(parameter for parameter, declared in form.items() if declared.get("NoEcho"))
    values = {
        parameter: str(declared.get("Default", ""))
        for parameter, declared in form.items()
        if parameter not in secret
    }
    return Definition(
        Template(name, document.render(template, "yaml"), content["Description"], secret),
        values | given_parameters(form, given, "A stack set would send it to every account: leave it out."),
        permissions,
    )


@dataclass(frozen=True)
class Request:
    """A rollout as it was asked for."""

    aws: Aws
    name: str
    definition: Definition
    preferences: Preferences
    units: tuple[str, ...]
    accounts: tuple[str, ...]
    exclude: tuple[str, ...]
    regions: tuple[str, ...]
    build_roles: tuple[str, ...]

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> "Request":
        """Return what the options ask for; AWS is not asked.

        Raises:
            UsageError: they do not go together.
            ConfigurationError: the configuration cannot be used.
            AwsError: there is no such profile, or no Region is set.
        """
        _require_consistency(options)
        permissions = Permissions(
            "SELF_MANAGED" if options["self_managed"] else "SERVICE_MANAGED",
            auto_deployment=options["auto_deployment"],
            retain_stacks=options["retain_stacks"],
            administration_role_arn=options["administration_role_arn"],
            execution_role_name=options["execution_role_name"],
        )
        configuration = load_configuration(options["config"])
        made = definition(configuration, options["template"], options["pairs"], permissions)
        made.require_size()
        aws = sign_in(options["profile"], options["region"])
        return cls(
            aws,
            stack_set_name(options),
            made,
            Preferences(options["max_concurrent"], options["failure_tolerance"]),
            units=options["units"],
            accounts=options["accounts"],
            exclude=options["exclude"],
            regions=options["regions"] or (aws.region,),
            build_roles=tuple(configuration.build_roles),
        )

    def plan(self) -> Plan:
        """Look at what there is and return what would be done.

        Raises:
            UserError: it cannot be done, or AWS cannot be asked.
        """
        if self.definition.permissions.is_service_managed:
            found = members.own_organization(self.aws)
            stack_set = StackSet(self.aws, self.name, administrator.required(self.aws, found))
            reached = targets.in_organization(
                self.aws, found, units=self.units, accounts=self.accounts, exclude=self.exclude
            )
        else:
            stack_set = StackSet(self.aws, self.name)
            reached = targets.self_managed(self.accounts)
        note = regions.require_enabled(self.aws, self.regions)
        return Plan(
            stack_set,
            self.definition,
            reached,
            self.regions,
            self.preferences,
            existing.look(stack_set),
            [note] if note else [],
        )


def stack_set_name(options: Mapping[str, Any]) -> str:
    """Return the name of the stack set that is meant."""
    return options["name"] or f"stackery-{options['template']}"


def existing_stack_set(options: Mapping[str, Any]) -> StackSet:
    """Return the stack set that the options name, as the caller has to call it.

    Raises:
        AwsError: AWS cannot be asked.
    """
    aws = sign_in(options["profile"], options["region"])
    call_as = "SELF" if options["self_managed"] else administrator.assumed(aws)
    return StackSet(aws, stack_set_name(options), call_as)


def _require_consistency(options: Mapping[str, Any]) -> None:
    """Refuse options that do not go together."""
    if options["self_managed"]:
        if not options["accounts"]:
            raise click.UsageError("--self-managed: name the accounts, each with --account.")
        for option in ("units", "exclude", "auto_deployment", "retain_stacks"):
            if options[option]:
                name = "--ou" if option == "units" else f"--{option.replace('_', '-')}"
                raise click.UsageError(
                    f"{name}: is for rollouts to an organization: leave it out, or --self-managed."
                )
        return
    for option in ("administration_role_arn", "execution_role_name"):
        if options[option]:
            raise click.UsageError(f"--{option.replace('_', '-')}: goes only with --self-managed.")
    if options["retain_stacks"] and not options["auto_deployment"]:
        raise click.UsageError("--retain-stacks: goes only with --auto-deployment.")
    if both := set(options["accounts"]) & set(options["exclude"]):
        raise click.UsageError(f"--account and --exclude both name {min(both)}: leave out one of the two.")
