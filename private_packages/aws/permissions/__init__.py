"""What the commands may need to do in AWS: the table, and the policy made from it."""
