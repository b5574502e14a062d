"""Which variables hold secrets, by their names."""

import re

_SECRET = re.compile(
    r"(^|_)(TOKENS?|SECRETS?|PASSWORD|PASSWD|CREDENTIALS?|(API|ACCESS|AUTH|PRIVATE|SECRET)_?KEY(_ID)?|KEY)$", re.I
)


def is_secret(name):
    return _SECRET.search(name) is not None
