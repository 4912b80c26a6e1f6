"""What can go wrong in generating, each with a message that its user can act on."""


class GeneratorError(Exception):
    """Base of the errors that this package raises."""


class ConfigurationError(GeneratorError):
    """The configuration cannot be read or asks for something that cannot be built."""


class TemplateTooLargeError(GeneratorError):
    """The template is larger than CloudFormation takes."""


class UnreadableTemplateError(GeneratorError):
    """A template that this project did not just make cannot be read."""
