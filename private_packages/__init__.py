"""The command `private-packages`, and what it does with AWS."""
