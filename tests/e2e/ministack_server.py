"""MiniStack, with what AWS does and MiniStack 1.5.33 does not, as far as the templates need it.

- It has no AWS::SecretsManager::ResourcePolicy.
- It gives a secret without SecretString an empty value; AWS gives it none.
- It lets a new secret overwrite one of the same name; AWS answers ResourceExistsException.
- It takes any change of a KMS key, an alias, a secret or its policy for a possible replacement; AWS tells
  by the property (the reference of each type says "Update requires: Replacement").
- It imports no secrets; AWS does, by the ARN that Ref gives. An import leaves the stack without description.
- Its ListSecrets leaves out KmsKeyId.
- Its PutSecretValue takes any ClientRequestToken, and changes a version that is there; AWS takes 32 to 64
  characters, and answers ResourceExistsException.
- It has no GetKeyLastUsage; here, no key was ever used, since its Secrets Manager uses none.
- It has no StackSets; here, ListStackSets finds none.
- Its GetTemplateSummary leaves out the section Metadata, which AWS gives as JSON.
- Its SimulatePrincipalPolicy knows no context and one resource; here, it says of each resource what AWS says
  of one of another account, whose own policy it does not simulate.
- It reads no secret of another account; here, a role does that whose own policies, the secret's and the key's
  let it.
- Accounts that begin with 8 have an organization together.
- Every account has an organization; here, accounts that begin with 9 have none.

Run as `python -m tests.e2e.ministack_server`, with the port in GATEWAY_PORT.
"""

import itertools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.app import main
from ministack.core import iam_evaluator, responses
from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import iam, kms, organizations, secretsmanager
from ministack.services.cloudformation import changesets, handlers, provisioners

from tests.e2e.ministack import IN_ONE_ORGANIZATION, ONE_ORGANIZATION, OUTSIDE_ANY_ORGANIZATION

REPLACING_PROPERTIES = {
    "AWS::KMS::Key": (),
    "AWS::KMS::Alias": ("AliasName",),
    "AWS::SecretsManager::Secret": ("Name",),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId",),
}
"""Those of the templates' resources whose change replaces the resource."""

Attributes = tuple[str, dict[str, Any]]


def _succeed(response: tuple[int, Any, bytes]) -> None:
    if response[0] >= 400:
        raise ValueError(json.loads(response[2])["message"])


def create_resource_policy(logical_id: str, properties: dict[str, Any], _stack: str) -> Attributes:
    policy = json.dumps(properties["ResourcePolicy"])
    _succeed(
        secretsmanager._put_resource_policy({"SecretId": properties["SecretId"], "ResourcePolicy": policy})
    )
    return f"{properties['SecretId']}|{logical_id}", {}


def update_resource_policy(
    physical_id: str, _old: dict[str, Any], new: dict[str, Any], stack: str
) -> Attributes:
    return create_resource_policy(physical_id.partition("|")[2], new, stack)


def delete_resource_policy(_physical_id: str, properties: dict[str, Any]) -> None:
    secretsmanager._delete_resource_policy({"SecretId": properties["SecretId"]})


def like_aws(create: Callable[..., Attributes]) -> Callable[..., Attributes]:
    """Return a secret's creation that refuses a taken name and gives no value where none is declared."""

    def create_secret(logical_id: str, properties: dict[str, Any], stack: str) -> Attributes:
        if properties["Name"] in secretsmanager._secrets:
            raise ValueError(
                f"The operation failed because the secret {properties['Name']} already exists."
                " (Service: SecretsManager, Status Code: 400, Error Code: ResourceExistsException)"
            )
        name, attributes = create(logical_id, properties, stack)
        if "SecretString" not in properties:
            secretsmanager._secrets[name]["Versions"].clear()
        return name, attributes

    return create_secret


def secret_import_problem(arn: str) -> str | None:
    """Return why a secret cannot be imported; None where it can."""
    if any(secret["ARN"] == arn for secret in secretsmanager._secrets.values()):
        return None
    return f"Resource of type 'AWS::SecretsManager::Secret' with identifier '{arn}' was not found."


def import_secret(identifier: dict[str, str]) -> Attributes:
    [name] = [name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == identifier["Id"]]
    return name, {"Id": identifier["Id"], "Arn": identifier["Id"]}


def as_physical_id(reference: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """Return what an identifier and a physical id are compared on; the latter is a secret's name here."""

    def import_reference(resource_type: str, value: str) -> str:
        if resource_type == "AWS::SecretsManager::Secret" and value.startswith("arn:"):
            return value.split(":", 6)[6][:-7]
        return reference(resource_type, value)

    return import_reference


def describing(start: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return the beginning of an import, which gives the stack its template's description."""

    def start_import(change_set: Any, stack: Any) -> None:
        stack["Description"] = change_set["_template"].get("Description", "")
        start(change_set, stack)

    return start_import


def outside_any_organization(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return DescribeOrganization, as it answers to an account that belongs to none."""

    def describe_organization(payload: Any) -> Any:
        if get_account_id().startswith(OUTSIDE_ANY_ORGANIZATION):
            return error_response_json(
                "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400
            )
        status, headers, body = describe(payload)
        if get_account_id().startswith(IN_ONE_ORGANIZATION):
            answer = json.loads(body)
            answer["Organization"]["Id"] = ONE_ORGANIZATION
            body = json.dumps(answer).encode()
        return status, headers, body

    return describe_organization


def with_metadata(summarize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return GetTemplateSummary that says what stands in the section Metadata, too."""

    def get_template_summary(params: Any) -> Any:
        status, headers, body = summarize(params)
        if status != 200:
            return status, headers, body
        text, _ = handlers._resolve_template(params)
        if not text:
            text = handlers._resolve_stack(handlers._p(params, "StackName")).get("_template_body", "{}")
        metadata = handlers._parse_template(text).get("Metadata", {})
        told = f"<Metadata>{escape(json.dumps(metadata))}</Metadata></GetTemplateSummaryResult>"
        return status, headers, body.replace(b"</GetTemplateSummaryResult>", told.encode())

    return get_template_summary


def with_keys(list_secrets: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return ListSecrets that says which key encrypts a secret."""

    def list_secrets_with_keys(data: Any) -> Any:
        status, headers, body = list_secrets(data)
        answer = json.loads(body)
        for entry in answer["SecretList"]:
            if key := secretsmanager._secrets[entry["Name"]].get("KmsKeyId"):
                entry["KmsKeyId"] = key
        return status, headers, json.dumps(answer).encode()

    return list_secrets_with_keys


def with_ids(put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return PutSecretValue that holds the ids of versions to what AWS says of them."""

    def put_secret_value(data: Any) -> Any:
        token = data.get("ClientRequestToken", "")
        if not 32 <= len(token) <= 64:
            said = "Member must have length between 32 and 64"
            return error_response_json("InvalidParameterException", said, 400)
        _, secret = secretsmanager._resolve(data["SecretId"])
        version = (secret or {}).get("Versions", {}).get(token)
        if version and version["SecretString"] != data.get("SecretString"):
            said = (
                f"You can't use ClientRequestToken {token} because that value is already in use for a version"
            )
            return error_response_json("ResourceExistsException", f"{said} of secret {secret['ARN']}.", 400)
        return put(data)

    return put_secret_value


def with_last_use(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Return KMS that also tells when a key was last used: never, since Secrets Manager uses none here."""

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if not headers.get("x-amz-target", "").endswith(".GetKeyLastUsage"):
            return await handle(method, path, headers, body, query)
        key = kms._resolve_key(json.loads(body)["KeyId"])
        dates = dict.fromkeys(("TrackingStartDate", "KeyCreationDate"), key["CreationDate"])
        return json_response({"KeyId": key["KeyId"], "KeyLastUsage": {}, **dates})

    return handle_request


def with_boundary(create: Callable[..., Attributes]) -> Callable[..., Attributes]:
    """Give a stack's role its permissions boundary, which MiniStack leaves out."""

    def create_role(logical_id: str, properties: dict[str, Any], stack: str) -> Attributes:
        made = create(logical_id, properties, stack)
        iam._roles[made[0]]["PermissionsBoundary"] = properties.get("PermissionsBoundary")
        return made

    return create_role


def simulate_principal_policy(params: dict[str, list[str]]) -> Any:
    def listed(name: str, suffix: str = "") -> list[str]:
        found = (params.get(f"{name}.member.{number}{suffix}") for number in itertools.count(1))
        return [values[0] for values in itertools.takewhile(bool, found) if values]

    [source], [action] = params["PolicySourceArn"], listed("ActionNames")
    role_name = source.rpartition("/")[2]
    if iam._roles.get(role_name, {}).get("Arn") != source:
        return iam._error(404, "NoSuchEntity", f"The role with name {role_name} cannot be found.", ns="iam")
    keys, values = (
        listed("ContextEntries", f".{each}") for each in ("ContextKeyName", "ContextKeyValues.member.1")
    )
    context = {key.lower(): value for key, value in zip(keys, values, strict=True)}
    policies = iam_evaluator._gather_role_policies(role_name, get_account_id())

    def result(arn: str) -> str:
        found = iam_evaluator.evaluate(_context(source, action, arn, context), policies).decision
        own = {"Allow": "allowed", "Deny": "explicitDeny"}.get(found, "implicitDeny")
        details = {"IAM Policy": own, "Resource Policy": "implicitDeny"}
        entries = (f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in details.items())
        return (
            f"<member><EvalResourceName>{arn}</EvalResourceName>"
            f"<EvalDecisionDetails>{''.join(entries)}</EvalDecisionDetails>"
            "<EvalResourceDecision>implicitDeny</EvalResourceDecision></member>"
        )

    return iam._xml(
        200,
        "SimulatePrincipalPolicyResponse",
        "<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member>"
        f"<EvalActionName>{action}</EvalActionName><EvalDecision>implicitDeny</EvalDecision>"
        f"<ResourceSpecificResults>{''.join(map(result, listed('ResourceArns')))}</ResourceSpecificResults>"
        "</member></EvaluationResults></SimulatePrincipalPolicyResult>",
        ns="iam",
    )


def _context(role: str, action: str, resource: str, keys: dict[str, Any]) -> iam_evaluator.EvalContext:
    account = role.split(":")[4]
    shared = account.startswith(IN_ONE_ORGANIZATION)
    return iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=resource.split(":")[3],
        service_context=keys,
        principal_keys={"aws:principalorgid": ONE_ORGANIZATION} if shared else {},
    )


def across_accounts(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Return Secrets Manager from which a role reads another account's secret, where both halves let it."""

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        arn = str(json.loads(body or b"{}").get("SecretId", ""))
        owner = arn.split(":")[4] if arn.startswith("arn:") else get_account_id()
        is_read = headers.get("x-amz-target", "").endswith(".GetSecretValue")
        if not is_read or owner == get_account_id():
            return await handle(method, path, headers, body, query)
        key = headers["authorization"].partition("Credential=")[2].partition("/")[0]
        caller = iam_evaluator.resolve_principal(key, get_account_id())
        role = iam._roles[caller.arn.split("/")[1]]["Arn"]
        responses._request_account_id.set(owner)
        if refusal := _refusal(caller, role, arn, json.loads(body)):
            return error_response_json("AccessDeniedException", refusal, 400)
        return await handle(method, path, headers, body, query)

    return handle_request


def _refusal(caller: Any, role: str, arn: str, asked: dict[str, str]) -> str:
    """Return what AWS says where one of the halves is missing; called in the secret's account."""
    read, owner = "secretsmanager:GetSecretValue", get_account_id()
    given = {
        f"secretsmanager:{name}".lower(): asked[name]
        for name in ("VersionId", "VersionStage")
        if name in asked
    }
    context = _context(role, read, arn, given)
    own = iam_evaluator.evaluate(context, caller.policies)
    policy = secretsmanager._resource_policies.get(arn)
    for decision, kind in (
        (own, "identity"),
        (iam_evaluator.combine_resource_policy(own, context, policy, owner), "resource"),
    ):
        if decision.decision != "Allow":
            return (
                f"User: {caller.arn} is not authorized to perform: {read} on resource: {arn} because no"
                f" {kind}-based policy allows the {read} action"
            )
    secret = secretsmanager._resolve(arn)[1]
    via = f"secretsmanager.{context.region}.amazonaws.com"
    encryption = {"kms:viaservice": via, "kms:encryptioncontext:secretarn": arn}
    context = _context(role, "kms:Decrypt", secret["KmsKeyId"], encryption)
    own = iam_evaluator.evaluate(context, caller.policies)
    key_policy, _ = kms.key_policy_for_arn(secret["KmsKeyId"])
    found = iam_evaluator.combine_resource_policy(own, context, key_policy, owner, required=True)
    # So AWS was seen to say whichever policy it is: tests/aws_error_texts.py.
    return "" if found.decision == "Allow" else "Access to KMS is not allowed"


def list_no_stack_sets(_params: Any) -> Any:
    return handlers._xml(
        200, "ListStackSetsResponse", "<ListStackSetsResult><Summaries/></ListStackSetsResult>"
    )


def stop_with_the_starter() -> None:
    """End this process and the functions' processes when the one that holds our standard input ends."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=stop_with_the_starter, daemon=True).start()
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::ResourcePolicy"] = {
        "create": create_resource_policy,
        "update": update_resource_policy,
        "delete": delete_resource_policy,
    }
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]["import"] = import_secret
    changesets._IMPORT_LOOKUPS["AWS::SecretsManager::Secret"] = (("Id",), secret_import_problem)
    changesets._start_import = describing(changesets._start_import)
    changesets._import_ref = as_physical_id(changesets._import_ref)
    provisioners._REPLACING_PROPERTIES |= REPLACING_PROPERTIES
    # The module's own name too: an update that replaces the secret goes by it.
    provisioners._sm_secret_create = like_aws(provisioners._sm_secret_create)
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]["create"] = provisioners._sm_secret_create
    roles = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    roles["create"] = with_boundary(roles["create"])
    summary = with_metadata(handlers._get_template_summary)
    handlers._ACTION_HANDLERS["GetTemplateSummary"] = summary
    handlers._ACTION_HANDLERS["ListStackSets"] = list_no_stack_sets
    secretsmanager._list_secrets = with_keys(secretsmanager._list_secrets)
    secretsmanager._put_secret_value = with_ids(secretsmanager._put_secret_value)
    secretsmanager.handle_request = across_accounts(secretsmanager.handle_request)
    kms.handle_request = with_last_use(kms.handle_request)
    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulate_principal_policy
    calls = organizations._DISPATCH
    calls["DescribeOrganization"] = outside_any_organization(calls["DescribeOrganization"])
    main()
