"""The Lambda function behind the role check: one module, standard library and boto3 only."""
