"""The options that subcommands share."""
