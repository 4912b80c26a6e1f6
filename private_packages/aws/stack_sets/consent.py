"""What of an update of a stack set needs consent: as in a single stack, but in all accounts at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from generator import names, short_forms
from private_packages.aws.organization.account_check import is_older
from private_packages.aws.stack import access
from private_packages.aws.stack.access import AccessChange, Side
from private_packages.aws.stack.state import parameters_of
from private_packages.aws.stack_sets.definition import Definition

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackSetTypeDef


def access_changes(
    definition: Definition, existing: "StackSetTypeDef", organization: str
) -> Sequence[AccessChange]:
    """Return who gains and who loses access.

    Args:
        definition: what the set is to be.
        existing: the set as CloudFormation describes it.
        organization: the accounts' own, which is let in where the set's form names none; empty: not known.

    Raises:
        UnreadableTemplateError: the set's template cannot be read.
    """
    before, values = short_forms.load(existing["TemplateBody"]), parameters_of(existing)
    after = short_forms.load(definition.template.body)
    return [
        *access.changes(
            Side(before, values, values.get("OrganizationId") or organization),
            Side(after, definition.parameters, definition.parameters.get("OrganizationId", "")),
        ),
        *_of_build_accounts(values, definition.parameters),
    ]


def _of_build_accounts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[AccessChange]:
    """Yield what changes of the build accounts' half."""
    for parameter, what in (
        (names.BUILD_ROLE_NAMES, "the role {} read all tokens"),
        (names.SECRET_ARNS, "build roles read {}"),
    ):
        old, new = (set(filter(None, side.get(parameter, "").split(","))) for side in (before, after))
        for each in sorted(old - new):
            sentence = f"The policy in the accounts no longer lets {what.format(each)}."
            yield AccessChange(sentence, needs_consent=True)
        for each in sorted(new - old):
            sentence = f"The policy in the accounts lets {what.format(each)}."
            yield AccessChange(sentence, needs_consent=False, is_gain=True)


def needed(
    definition: Definition, existing: "StackSetTypeDef", gained_and_lost: Sequence[AccessChange]
) -> dict[str, str]:
    """Return why an update needs consent, by the option that gives it."""
    found = {}
    text = " ".join(existing["TemplateBody"].split())
    release, ours = text.partition(names.RELEASE_MARK)[2].partition(")")[0], definition.template.version
    if is_older(ours, release):
        found["--allow-downgrade"] = f"The stack set was made by release {release}, and this is {ours}."
    before, after = names.secret_names(parameters_of(existing)), names.secret_names(definition.parameters)
    moved = [
        f"{before[each]} → {after[each]}" for each in before if after.get(each, "") not in ("", before[each])
    ]
    if moved:
        found["--allow-replacement"] = f"Empty secrets take the place of those there are: {', '.join(moved)}."
    if lost := [change.sentence for change in gained_and_lost if change.needs_consent]:
        found["--allow-removal"] = " ".join(lost)
    return found
