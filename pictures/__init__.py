"""Pictures of the commands at work, recorded from real runs."""
