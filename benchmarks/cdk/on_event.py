"""The role check as the function behind CDK's provider: reads the event, prints the attributes."""

import json
import sys

import boto3

from custom_resource import role_check

event = json.load(sys.stdin)
print(json.dumps({"Data": role_check.check(event["ResourceProperties"], event["StackId"], boto3.Session())}))
