"""The command `private-packages`: one module for each subcommand."""
