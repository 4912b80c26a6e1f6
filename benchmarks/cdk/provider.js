// CDK's provider framework as its Lambda function runs it: provider.js PYTHON, with the event on standard input.
const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { request } = require("node:http");
const Module = require("node:module");
const { join } = require("node:path");

// Lambda's runtime has the AWS SDK. It is neither loaded nor called here, where a process stands for the function.
const load = Module._load;
Module._load = (name, ...rest) => (name.startsWith("@aws-sdk/") ? {} : load(name, ...rest));
const runtime = join(__dirname, "node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime");
const outbound = require(join(runtime, "outbound"));
const framework = require(join(runtime, "framework"));
const consts = require(join(runtime, "consts"));

const event = JSON.parse(readFileSync(0, "utf8"));
outbound.invokeFunction = async ({ Payload }) => ({
  Payload: execFileSync(process.argv[2], ["-m", "benchmarks.cdk.on_event"], { input: Payload }),
});
outbound.httpRequest = (options, body) =>
  new Promise((resolve, reject) => {
    const { port } = new URL(event.ResponseURL);
    request({ ...options, port }, (answer) => answer.resume() && resolve())
      .on("error", reject)
      .end(body);
  });
process.env[consts.USER_ON_EVENT_FUNCTION_ARN_ENV] = "arn:aws:lambda:us-east-1:111122223333:function:check";
framework[consts.FRAMEWORK_ON_EVENT_HANDLER_NAME](event);
