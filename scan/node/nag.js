// Lets cdk-nag judge templates by its rules AwsSolutions: prints, and fails for, what is not accepted here, each with its reason.
const cdk = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { AwsSolutionsChecks } = require("cdk-nag");

const account = "<AWS::Partition>:iam::<AWS::AccountId>";
const accepted = new Set([
  // The role check finds a build role whatever its path is; it may read it, and nothing else.
  `AwsSolutions-IAM5[Resource::arn:${account}:role/*stackery-deployer]`,
  `AwsSolutions-IAM5[Resource::arn:${account}:role/*stackery-factory-role]`,
  // It looks for the Stackery Role's stack in each Region; an ARN ends in a part that nobody knows before.
  "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:*:<AWS::AccountId>:stack/<StackeryStackName>/*]",
  // organizations:DescribeOrganization knows no resource, by its authorization reference.
  "AwsSolutions-IAM5[Resource::*]",
  // Python 3.13 is in all Regions and supported until 2029 (docs/decisions/016).
  "AwsSolutions-L1",
  // Who issues a token for packages offers nothing that a function could rotate it with: `token set` stores the next one.
  "AwsSolutions-SMG4",
]);

for (const templateFile of process.argv.slice(2)) {
  const app = new cdk.App({ analyticsReporting: false });
  new CfnInclude(new cdk.Stack(app, "scanned"), "template", { templateFile });
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  if (violations.length === 0) throw new Error(`${templateFile}: not even what is accepted was found`);
  for (const { ruleName, description, violatingResources } of violations.filter((each) => !accepted.has(each.ruleName))) {
    const places = violatingResources.map((each) => each.constructPath.split("/").at(-1));
    console.log(`${templateFile}, ${places.join(", ")}: ${ruleName}: ${description}`);
    process.exitCode = 1;
  }
}
