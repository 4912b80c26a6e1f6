"""Options that the subcommands of `rollout` share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from generator import names
from generator.configuration import Configuration
from private_packages.aws.aws import sign_in
from private_packages.aws.stack_sets import administrator
from private_packages.aws.stack_sets.definition import Definition, Permissions
from private_packages.aws.stack_sets.operation import CountBy
from private_packages.aws.stack_sets.preferences import ALL, Amount, Preferences
from private_packages.aws.stack_sets.rollout import Rollout
from private_packages.aws.stack_sets.stack_set import StackSet
from private_packages.commands.files import load_configuration, template_text
from private_packages.commands.options.common import (
    STACK_NAME_FORM,
    Command,
    apply,
    aws_options,
    config_option,
    matching,
    output_option,
)
from private_packages.commands.options.members import member_options
from private_packages.commands.options.parameters import given_parameters, parameter_option
from private_packages.commands.options.tags import tag_option

Option = Callable[[Command], Command]


class Amounts(click.ParamType[Amount]):
    """So many accounts, or so many percent of them."""

    name = "N|N%"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Amount:
        """Return the amount."""
        if isinstance(value, Amount):
            return value
        match = re.fullmatch(r"(\d{1,9})(%?)", value)
        if not match or int(match[1]) < self.least or (match[2] and int(match[1]) > 100):
            self.fail(
                f"{value}: write so many accounts (10) or percent of them (10%), {self.least} or more.",
                param,
                ctx,
            )
        return Amount(int(match[1]), is_percentage=bool(match[2]))


def _regions(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the Regions in a list with commas, each once."""
    if value is None:
        return ()
    regions = [region.strip() for region in value.split(",")]
    if not all(regions):
        raise click.BadParameter(
            "an entry is empty: write Regions with a comma between two, us-east-1,eu-west-1."
        )
    return tuple(dict.fromkeys(regions))


_WHICH: tuple[Option[Any], ...] = (
    click.option(
        "--template",
        type=click.Choice(names.TEMPLATES),
        default=names.ROLE_CHECK,
        show_default=True,
        help="What to bring to the accounts: the check alone, keys and secrets too, or with"
        " `role_check: none` what build roles need to read.",
    ),
    click.option(
        "--name",
        metavar="NAME",
        callback=matching(names.STACK_NAME, STACK_NAME_FORM),
        help="The stack set.  [default: stackery-TEMPLATE; private-packages-build-account]",
    ),
    click.option(
        "--self-managed",
        is_flag=True,
        help="Use roles that exist in the accounts that --account names, instead of the organization.",
    ),
)

_TARGETS: tuple[Option[Any], ...] = (
    member_options,
    click.option(
        "--regions",
        metavar="REGION,…",
        callback=_regions,
        help="The Regions to deploy to.  [default: that of the stack set]",
    ),
)

_DEFINITION: tuple[Option[Any], ...] = (
    config_option,
    click.option(
        "--stack-name",
        metavar="NAME",
        default=names.PRIVATE_PACKAGES,
        show_default=True,
        callback=matching(names.STACK_NAME, STACK_NAME_FORM),
        help="With build-account: the stack here that has secrets and key.",
    ),
    parameter_option,
    tag_option,
    click.option(
        "--auto-deployment/--no-auto-deployment",
        default=False,
        show_default=True,
        help="Deploy to accounts that are added to the units later, too.",
    ),
    click.option(
        "--retain-stacks/--no-retain-stacks",
        default=False,
        show_default=True,
        help="With --auto-deployment: keep the stacks of accounts that leave the units.",
    ),
    click.option(
        "--depends-on",
        metavar="NAME|ARN",
        multiple=True,
        help="With --auto-deployment: a stack set whose automatic deployment must succeed first."
        "  [repeatable]",
    ),
    click.option(
        "--administration-role-arn",
        metavar="ARN",
        help="With --self-managed: the role of StackSets here."
        "  [default: AWSCloudFormationStackSetAdministrationRole]",
    ),
    click.option(
        "--execution-role-name",
        metavar="NAME",
        help="With --self-managed: the role in the accounts."
        "  [default: AWSCloudFormationStackSetExecutionRole]",
    ),
)

_PREFERENCES: tuple[Option[Any], ...] = (
    click.option(
        "--max-concurrent",
        type=Amounts(least=1),
        default=ALL,
        show_default=True,
        help="How many accounts of a Region to work on at once.",
    ),
    click.option(
        "--failure-tolerance",
        type=Amounts(least=0),
        default=ALL,
        show_default=True,
        help="How many accounts of a Region may fail before the rest are cancelled.",
    ),
)

_CONSENT: tuple[Option[Any], ...] = (
    click.option("--allow-replacement", is_flag=True, help="Let secrets be replaced by new, empty ones."),
    click.option("--allow-removal", is_flag=True, help="Let builds lose access, or more of them gain it."),
    click.option("--allow-downgrade", is_flag=True, help="Let this release replace a newer one."),
)

_ONLY_WITH = {
    "administration_role_arn": "self_managed",
    "execution_role_name": "self_managed",
    "retain_stacks": "auto_deployment",
    "depends_on": "auto_deployment",
}

yes_option = click.option("--yes", is_flag=True, help="Go on without being asked.")

_COUNT_BY = {"region": CountBy.REGION, "ou": CountBy.UNIT}

by_option = click.option(
    "--by",
    "count_by",
    type=click.Choice([*_COUNT_BY]),
    default="region",
    show_default=True,
    callback=lambda _context, _parameter, value: _COUNT_BY[value],
    help="Show a bar for each Region or for each organizational unit.",
)


@dataclass(frozen=True)
class StackSetOptions:
    """Which stack set is meant, and who calls."""

    template: str
    name: str | None
    self_managed: bool
    profile: str | None
    region: str | None

    @property
    def stack_set_name(self) -> str:
        """The name of the stack set that is meant."""
        return self.name or names.stack_set(self.template)

    def stack_set(self) -> StackSet:
        """Return the stack set, which is there already, as the caller has to call it.

        Raises:
            AwsError: AWS cannot be asked.
        """
        aws = sign_in(self.profile, self.region)
        call_as = "SELF" if self.self_managed else administrator.assumed(aws)
        return StackSet(aws, self.stack_set_name, call_as)


@dataclass(frozen=True)
class RolloutOptions(StackSetOptions):
    """What is rolled out, where to and how."""

    units: tuple[str, ...]
    accounts: tuple[str, ...]
    exclude: tuple[str, ...]
    regions: tuple[str, ...]
    config: Path | None
    stack_name: str
    parameters: tuple[str, ...]
    tags: Mapping[str, str]
    auto_deployment: bool
    retain_stacks: bool
    depends_on: tuple[str, ...]
    administration_role_arn: str | None
    execution_role_name: str | None
    max_concurrent: Amount
    failure_tolerance: Amount

    def rollout(self) -> Rollout:
        """Return the rollout that they ask for; AWS is not asked.

        Raises:
            UsageError: they do not go together.
            ConfigurationError: the configuration cannot be used.
            AwsError: there is no such profile, or no Region is set.
        """
        self._require_consistency()
        configuration = load_configuration(self.config)
        definition, notes = self._definition(configuration)
        definition.require_size()
        aws = sign_in(self.profile, self.region)
        return Rollout(
            aws,
            self.stack_set_name,
            definition,
            Preferences(self.max_concurrent, self.failure_tolerance),
            units=self.units,
            accounts=self.accounts,
            exclude=self.exclude,
            regions=self.regions or (aws.region,),
            build_roles=configuration.build_roles if configuration.has_role_check else (),
            stack_name=self.stack_name,
            notes=notes,
        )

    def _definition(self, configuration: Configuration) -> tuple[Definition, list[str]]:
        """Return what the set is to be, and what is to be said of that."""
        template = template_text(self.template, configuration)
        given = given_parameters(
            template, self.parameters, "A stack set would send it to every account: leave it out."
        )
        notes = []
        if names.BUILD_ROLE_NAMES in {*template.parameters} - {*given}:
            role_names = {role: role.rpartition("/")[2] for role in configuration.build_roles}
            listed = [name for name in role_names.values() if re.fullmatch(names.LISTED_ROLE_NAME, name)]
            given[names.BUILD_ROLE_NAMES] = ",".join(dict.fromkeys(listed))
            if left := [role for role, name in role_names.items() if name not in listed]:
                notes.append(
                    f"{', '.join(left)}: is no role's name, so attach the policy yourself (the output"
                    " PolicyArn of the stack in each account), or give --parameter"
                    f" {names.BUILD_ROLE_NAMES}=NAME,…"
                )
        permissions = Permissions(
            "SELF_MANAGED" if self.self_managed else "SERVICE_MANAGED",
            auto_deployment=self.auto_deployment,
            retain_stacks=self.retain_stacks,
            depends_on=self.depends_on,
            administration_role_arn=self.administration_role_arn,
            execution_role_name=self.execution_role_name,
        )
        return Definition.of(template, given, permissions, self.tags), notes

    def _require_consistency(self) -> None:
        """Refuse options that do not go together."""
        if self.self_managed and not self.accounts:
            raise click.UsageError("--self-managed: name the accounts, each with --account.")
        for option in ("units", "exclude", "auto_deployment", "retain_stacks", "depends_on"):
            if self.self_managed and getattr(self, option):
                name = "--ou" if option == "units" else _written(option)
                raise click.UsageError(
                    f"{name}: is for rollouts to an organization: leave it out, or --self-managed."
                )
        for option, other in _ONLY_WITH.items():
            if getattr(self, option) and not getattr(self, other):
                raise click.UsageError(f"{_written(option)}: goes only with {_written(other)}.")
        if both := set(self.accounts) & set(self.exclude):
            raise click.UsageError(
                f"--account and --exclude both name {min(both)}: leave out one of the two."
            )


@dataclass(frozen=True)
class Consent:
    """What the user wants all the same, where the set is brought up to date."""

    allow_replacement: bool
    allow_removal: bool
    allow_downgrade: bool

    @property
    def given(self) -> list[str]:
        """The options that were given."""
        return [_written(field.name) for field in fields(self) if getattr(self, field.name)]


def _written(parameter: str) -> str:
    """Return the option that gives this parameter."""
    return f"--{parameter.replace('_', '-')}"


def _collected(parameter: str, kind: type[Any], *options: Option[Any]) -> Option[Any]:
    """Add options; those that are fields of a dataclass come to the command as one object of it."""
    names_of_fields = [field.name for field in fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def collecting(*arguments: Any, **values: Any) -> Any:
            own = {name: values.pop(name) for name in names_of_fields}
            return command(*arguments, **{parameter: kind(**own)}, **values)

        return apply(collecting, *options)

    return decorate


plan_options = _collected(
    "options", RolloutOptions, *_WHICH, *_TARGETS, *_DEFINITION, *_PREFERENCES, output_option, aws_options
)
"""What is rolled out, where to and how, and how to print."""
stack_set_options = _collected("options", StackSetOptions, *_WHICH, output_option, aws_options)
"""Which stack set is meant, and how to print."""
which_options = _collected("options", StackSetOptions, *_WHICH, aws_options)
"""Which stack set is meant."""
consent_options = _collected("consent", Consent, *_CONSENT)
"""What the user wants all the same."""
preference_options = _collected("preferences", Preferences, *_PREFERENCES)
"""How fast an operation goes, and when it gives up."""
