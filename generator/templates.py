"""The templates: each a short list of the parts that the other modules make."""

from collections.abc import Callable

from troposphere import AWS_STACK_NAME, GetAtt, Output, Ref, Sub, Tags, Template

from generator import __version__, form, key, names, secrets, stackery_role
from generator.build_account import build_account
from generator.configuration import Configuration

TAGS = Tags(**{names.TAG: Ref(AWS_STACK_NAME)})
"""On every resource that takes tags: where it comes from, and not from which release, which would make each
release change the key and every secret."""


def private_packages(configuration: Configuration) -> Template:
    """Return the template for the secret account: role check, key, and a secret for each repository."""
    template = _template(
        configuration, "Tokens of private package repositories for the builds of an organization"
    )
    groups: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for repository in configuration.repositories:
        secret_name, token = (
            template.add_parameter(parameter).title
            for parameter in form.repository_parameters(
                repository, configuration.longest_secret_name(repository)
            )
        )
        groups[f"{repository.id} ({repository.url})"] = [secret_name, token]
        labels |= {secret_name: "Secret name", token: "Token"}
    # So that the commands speak for this stack where nobody has the file at hand, as in a source repository.
    made_from = {names.MADE_FROM: {"Configuration": configuration.document()}}
    template.set_metadata(form.interface(configuration, groups, labels) | made_from)
    template.add_resource(key.resources(configuration, TAGS))
    template.add_output(Output("KeyArn", Description="The key that encrypts the secrets", Value=key.arn()))
    template.add_output(Output("KeyAlias", Description="The key's alias", Value=Ref(key.ALIAS)))
    for repository in configuration.repositories:
        template.add_condition(*form.token_given(repository))
        template.add_resource(secrets.resources(repository, configuration, TAGS))
        template.add_output(
            Output(
                names.secret_arn_output(repository.id),
                Description=f"The secret for {repository.url}; the pre-build hook reads it",
                Value=GetAtt(names.secret(repository.id), "Id"),
            )
        )
    command = "private-packages hook --stack-name ${AWS::StackName} --region ${AWS::Region}"
    template.add_output(
        Output(
            names.HOOK_COMMAND,
            Description="Run this in a source repository to write its pre-build hook",
            Value=Sub(command),
        )
    )
    return template


def role_check_only(configuration: Configuration) -> Template:
    """Return the template for build accounts: the role check alone."""
    template = _template(
        configuration, "Checks that this account's Stackery Role is new enough for private packages"
    )
    template.set_metadata(form.interface(configuration, {}, {}))
    return template


def _template(configuration: Configuration, description: str) -> Template:
    """Return a template with what comes first: the organization, and the role check where there is one."""
    template = Template(f"{description} {names.RELEASE_MARK}{__version__})")
    template.set_version()
    outputs = {
        "OrganizationId": ("The organization whose builds may read", form.organization_id(configuration)),
        "StackeryRoleVersion": ("The version that the check found", GetAtt(names.STACKERY_ROLE, "Version")),
        "TemplateVersion": ("The release of the generator", __version__),
    }
    for parameter in form.parameters(configuration):
        template.add_parameter(parameter)
    if configuration.has_role_check:
        for condition in form.ROLE_CHECK_CONDITIONS:
            template.add_condition(*condition)
        template.add_resource(stackery_role.resources(configuration, TAGS))
    else:
        del outputs["StackeryRoleVersion"]
    for name, (meaning, value) in outputs.items():
        template.add_output(Output(name, Description=meaning, Value=value))
    return template


TEMPLATES: dict[str, Callable[[Configuration], Template]] = {
    names.PRIVATE_PACKAGES: private_packages,
    names.ROLE_CHECK: role_check_only,
    names.BUILD_ACCOUNT: build_account,
}
"""All templates by the names of their files."""


def of(configuration: Configuration) -> dict[str, Callable[[Configuration], Template]]:
    """Return the templates that a configuration has, by the names of their files."""
    without = names.BUILD_ACCOUNT if configuration.has_role_check else names.ROLE_CHECK
    return {name: make for name, make in TEMPLATES.items() if name != without}
