// The resources of templates/private-packages.yaml with the CDK's own constructs.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const cdk = require("aws-cdk-lib");
const iam = require("aws-cdk-lib/aws-iam");
const kms = require("aws-cdk-lib/aws-kms");
const lambda = require("aws-cdk-lib/aws-lambda");
const logs = require("aws-cdk-lib/aws-logs");
const secretsmanager = require("aws-cdk-lib/aws-secretsmanager");

const app = new cdk.App({ analyticsReporting: false });
const stack = new cdk.Stack(app, "private-packages", { synthesizer: new cdk.LegacyStackSynthesizer() });
const token = new cdk.CfnParameter(stack, "GitHubPackagesToken", { noEcho: true, default: "" });
const secretName = new cdk.CfnParameter(stack, "GitHubPackagesSecretName", { default: "/stackery/ghpackagerepotoken" });

const check = new lambda.Function(stack, "RoleCheckFunction", {
  runtime: lambda.Runtime.PYTHON_3_13,
  handler: "index.handler",
  code: lambda.Code.fromInline(readFileSync(join(__dirname, "../../custom_resource/role_check.py"), "utf8")),
  logGroup: new logs.LogGroup(stack, "RoleCheckLogGroup", { retention: logs.RetentionDays.ONE_MONTH }),
});
check.addToRolePolicy(
  new iam.PolicyStatement({
    actions: ["iam:GetRole", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
    resources: ["*"],
  }),
);
const role = new cdk.CustomResource(stack, "StackeryRole", {
  resourceType: "Custom::StackeryRole",
  serviceToken: check.functionArn,
});
const buildRoles = {
  StringEquals: { "aws:PrincipalOrgID": role.getAttString("OrganizationId") },
  ArnLike: { "aws:PrincipalArn": ["arn:aws:iam::*:role/stackery/stackery-factory-role"] },
};
const allow = (actions) =>
  new iam.PolicyStatement({ actions, resources: ["*"], principals: [new iam.AnyPrincipal()], conditions: buildRoles });
const key = new kms.Key(stack, "Key", { enableKeyRotation: true, alias: "alias/private-packages" });
key.addToResourcePolicy(allow(["kms:Decrypt", "kms:DescribeKey"]));
const secret = new secretsmanager.CfnSecret(stack, "GitHubPackagesSecret", {
  name: secretName.valueAsString,
  secretString: token.valueAsString,
  kmsKeyId: key.keyArn,
});
new secretsmanager.CfnResourcePolicy(stack, "GitHubPackagesSecretPolicy", {
  secretId: secret.ref,
  resourcePolicy: new iam.PolicyDocument({ statements: [allow(["secretsmanager:GetSecretValue"])] }),
});
new cdk.CfnOutput(stack, "KeyArn", { value: key.keyArn });
