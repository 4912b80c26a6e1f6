"""What talks to AWS. boto3 is imported where it is used, because it takes long to load."""
