"""What AWS says when a token is not read: the words, where they were seen, and which link they tell of.

The link is one of private_packages.aws.tokens.diagnosis.Link. Some are words of AWS's references and of moto.
"""

from typing import NamedTuple

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:/stackery/token-AbCdEf"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
READER = "arn:aws:sts::444455556666:assumed-role/stackery-factory-role/build"
READ = f"User: {READER} is not authorized to perform: secretsmanager:GetSecretValue on resource: {ARN}"
DECRYPT = f"User: {READER} is not authorized to perform: kms:Decrypt on resource: {KEY}"
_TO_READ = "allows the secretsmanager:GetSecretValue action"
_TO_DECRYPT = "allows the kms:Decrypt action"
_NOT_WITH = "You can't perform this operation on the secret because it was"
_GUIDE = "IAM User Guide, Troubleshoot access denied error messages"


class Text(NamedTuple):
    """What AWS says."""

    code: str
    message: str
    source: str
    link: str


_DENIED = "AccessDeniedException"
TEXTS = [
    Text(
        _DENIED,
        "Access to KMS is not allowed",
        "aws-samples/aws-secrets-manager-rotation-lambdas#53, external-secrets/external-secrets#390,"
        " aws/aws-cdk#14043",
        "key policy",
    ),
    Text(
        _DENIED,
        "Access to KMS is not allowed. This version of secret is not encrypted with the current KMS key.",
        "re:Post, secrets-manager-cross-account-key",
        "key",
    ),
    Text(
        "InvalidRequestException",
        "You can't access a secret from a different AWS account if you encrypt the secret with the default"
        " KMS service key.",
        "re:Post, secrets-manager-cross-account-key",
        "key",
    ),
    Text(
        _DENIED,
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region,"
        " or you are not allowed to access.",
        "aws/aws-encryption-sdk-javascript#1005, minio/kes#627",
        "key",
    ),
    Text("KMSInvalidStateException", f"{KEY} is pending deletion.", "segmentio/chamber#355", "key"),
    Text(_DENIED, f"{KEY} is pending deletion.", "segmentio/chamber#355", "key"),
    Text("DisabledException", f"{KEY} is disabled.", "fugue/credstash#86", "key"),
    Text(_DENIED, f"{KEY} is disabled.", "fugue/credstash#86", "key"),
    Text(
        "DecryptionFailure",
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
        "Secrets Manager API Reference, GetSecretValue",
        "key",
    ),
    Text(
        "InternalFailure",
        "An unknown error occurred",
        "re:Post, secrets-manager-cross-account-key: among what a key causes",
        "busy",
    ),
    Text(
        _DENIED,
        f"{DECRYPT} because no identity-based policy {_TO_DECRYPT}",
        "gitlab-org/gitlab-runner#1253",
        "identity policy",
    ),
    Text(_DENIED, f"{DECRYPT} because no resource-based policy {_TO_DECRYPT}", _GUIDE, "key policy"),
    Text(
        _DENIED,
        f"{READ} because no resource-based policy {_TO_READ}",
        "Kralizek/AWSSecretsManagerConfigurationExtensions#75, aws/aws-cdk#28537",
        "resource policy",
    ),
    Text(
        _DENIED,
        f"{READ.replace(ARN, 'appsecret/test/new-test')} because no identity-based policy {_TO_READ}",
        "external-secrets/external-secrets#2685",
        "identity policy",
    ),
    Text(_DENIED, READ, "aws/aws-cli#5031", "a policy"),
    Text(
        _DENIED,
        f"{READ} with an explicit deny in a resource-based policy",
        "cloud-custodian/cloud-custodian#10055",
        "resource policy",
    ),
    Text(_DENIED, f"{READ} with an explicit deny in a service control policy", _GUIDE, "organization policy"),
    Text(
        _DENIED,
        f"{READ} with an explicit deny in a service control policy:"
        " arn:aws:organizations::777788889999:policy/o-a1b2c3d4e5/service_control_policy/p-abcd1234",
        _GUIDE,
        "organization policy",
    ),
    Text(
        _DENIED, f"{READ} with an explicit deny in a resource control policy", _GUIDE, "organization policy"
    ),
    Text(_DENIED, f"{READ} because no service control policy {_TO_READ}", _GUIDE, "organization policy"),
    Text(_DENIED, f"{READ} because no VPC endpoint policy {_TO_READ}", _GUIDE, "VPC endpoint policy"),
    Text(_DENIED, f"{READ} because no permissions boundary {_TO_READ}", _GUIDE, "permissions boundary"),
    Text(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        "aws/aws-sdk-js-v3#7701",
        "no value",
    ),
    Text(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
        "Secrets Manager, in many reports",
        "no such secret",
    ),
    Text(
        "InvalidRequestException",
        f"{_NOT_WITH} marked for deletion.",
        "external-secrets/external-secrets#4560, minio/kes#114",
        "marked for deletion",
    ),
    Text(
        "InvalidRequestException",
        f"{_NOT_WITH.replace(chr(39), chr(0x2019))} marked for deletion.",
        "minio/kes#415",
        "marked for deletion",
    ),
    Text(
        "InvalidRequestException",
        f"{_NOT_WITH} deleted.",
        "hashicorp/terraform-provider-aws, secret_version_data_source.go",
        "marked for deletion",
    ),
    Text(
        "InvalidRequestException",
        "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You tried to"
        " perform the operation on a secret that's currently marked deleted.",
        "moto",
        "marked for deletion",
    ),
    Text(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following:"
        " -/_+=.@!",
        "minio/kes#84",
        "no such secret",
    ),
    Text(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        "AWS, common errors",
        "credentials",
    ),
    Text(
        "ExpiredTokenException",
        "The security token included in the request is expired",
        "AWS, common errors",
        "credentials",
    ),
    Text("ThrottlingException", "Rate exceeded", "external-secrets/external-secrets#4065", "busy"),
    Text(
        "InternalServiceError",
        "An error occurred on the server side.",
        "Secrets Manager API Reference, GetSecretValue",
        "busy",
    ),
]
