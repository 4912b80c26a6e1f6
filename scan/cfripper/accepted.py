"""What cfripper reports of the templates and is accepted, each with its reason."""

from cfripper.config.filter import Filter
from cfripper.model.enums import RuleMode

FILTERS = [
    Filter(
        reason="The account administers its key: kms:Describe* and the like, and no use of the key.",
        rule_mode=RuleMode.ALLOWED,
        eval={"eq": [{"ref": "logical_id"}, "Key"]},
        rules={"GenericResourceWildcardPolicyRule"},
    ),
    Filter(
        reason="organizations:DescribeOrganization knows no resource, by its authorization reference.",
        rule_mode=RuleMode.ALLOWED,
        eval={"eq": [{"ref": "logical_id"}, "RoleCheckFunctionRole"]},
        rules={"WildcardResourceRule"},
    ),
    Filter(
        reason="In the policy of a secret, * is that secret.",
        rule_mode=RuleMode.ALLOWED,
        eval={"regex": ["^.*SecretPolicy$", {"ref": "logical_id"}]},
        rules={"WildcardResourceRule"},
    ),
]
