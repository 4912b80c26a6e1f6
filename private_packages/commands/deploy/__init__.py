"""`private-packages deploy`: deploy the template into the account that keeps the tokens."""
