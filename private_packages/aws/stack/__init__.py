"""The stack of the template `private-packages`: how it is deployed, and how it is."""
