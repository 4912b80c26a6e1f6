"""Two policy evaluators that know nothing of each other, asked the same questions."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ministack.core.iam_evaluator import (
    EvalContext,
    EvalResult,
    combine_resource_policy,
    evaluate,
    parse_policy_document,
)

from tests import node
from tests.policies.specification import (
    COLON_SMUGGLERS,
    REGION,
    SECRET_ACCOUNT,
    SECRET_NAME,
    SMUGGLERS,
    WITHOUT_AN_ARN,
    Row,
    secret,
)

Policy = dict[str, Any]
Trial = tuple[Policy, Sequence[Row]]
"""A policy, and the rows to judge by it."""

Verdicts = dict[str, dict[Row, bool]]
"""By the name of a trial: whether each row's caller may do what it requests."""

Judge = Callable[[Mapping[str, Trial]], Verdicts]

HERE = Path(__file__).parent
RESOURCES = {
    "kms": f"arn:aws:kms:{REGION}:{SECRET_ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef",
    "secretsmanager": secret(SECRET_NAME),
}

BEYOND_MINISTACK = frozenset(
    {
        # It compares ARNs as whole strings, where AWS compares them part by part.
        *COLON_SMUGGLERS,
        *SMUGGLERS,
        # It always has an aws:PrincipalArn; these callers have none.
        *WITHOUT_AN_ARN,
    }
)


def ministack(trials: Mapping[str, Trial]) -> Verdicts:
    """Judge by MiniStack's evaluator, which needs nothing but Python."""
    return {
        name: {row: _ministack_allows(policy, row) for row in rows if row.caller not in BEYOND_MINISTACK}
        for name, (policy, rows) in trials.items()
    }


def _ministack_allows(policy: Policy, row: Row) -> bool:
    caller = row.caller
    assert caller.arn
    organization = {
        "aws:principalorgid": caller.organization,  # None: absent, whatever MiniStack's own organizations say
        "aws:principalorgpaths": list(caller.paths) or None,
    }
    context = EvalContext(
        principal_arn=caller.arn,
        principal_type="AssumedRole",
        principal_account=caller.arn.split(":")[4],
        action=row.request.action,
        resource_arn=RESOURCES[row.service],
        region=REGION,
        principal_keys=organization,
        service_context={key.lower(): value for key, value in row.request.context.items()},
    )
    own_policy = EvalResult("Allow" if caller.own_policy_grants_everything else "ImplicitDeny")
    if caller.own_policy:
        own_policy = evaluate(context, [parse_policy_document(caller.own_policy)])
    key_policy_decides = row.service == "kms"
    result = combine_resource_policy(own_policy, context, policy, SECRET_ACCOUNT, required=key_policy_decides)
    return bool(result.decision == "Allow")


def iam_simulate(trials: Mapping[str, Trial]) -> Verdicts:
    """Judge by @cloud-copilot/iam-simulate, all trials in one process of Node.js."""
    node.install(HERE)
    question = [
        {"policy": policy, "requests": [_request(row) for row in rows]} for policy, rows in trials.values()
    ]
    answers = json.loads(node.run(["node", str(HERE / "judge.mjs")], json.dumps(question)))
    return {
        name: dict(zip(rows, verdicts, strict=True))
        for (name, (_, rows)), verdicts in zip(trials.items(), answers, strict=True)
    }


def _request(row: Row) -> dict[str, Any]:
    return {
        "principal": row.caller.principal,
        "action": row.request.action,
        "resource": RESOURCES[row.service],
        "account": SECRET_ACCOUNT,
        "context": {**row.caller.context, **row.request.context},
        "ownPolicyGrantsEverything": row.caller.own_policy_grants_everything,
        "ownPolicy": row.caller.own_policy,
    }
