"""What talks to AWS, and knows no terminal. boto3 is imported where it is used: it takes long to load."""
