"""The subcommands of `private-packages`: a file for each, a folder where one has more than one."""
