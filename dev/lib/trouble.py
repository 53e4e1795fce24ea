"""The one error of the developer commands."""


class Trouble(Exception):
    """Something a person has to solve. Its text is the sentence they read, without a
    traceback, so it says what happened and what to do."""
