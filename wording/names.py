"""Many names in few words."""

# How many are named.
MOST = 5


def first_names(env, names):
    """The first of some names, and how many more there are."""
    first, more = ", ".join(names[:MOST]), len(names) - MOST
    if more <= 0:
        return first
    return env._("%(names)s and %(more)s more", names=first, more=more)
