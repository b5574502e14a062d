"""Errors that reach a person: a reason for machines, what happened, and what to do next."""

import errno

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class BoxError(Exception):
    """Printed by the command line as {"error": {...}}; the reasons are those of the editor's side."""

    def __init__(self, reason, message, next_step):
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.next_step = next_step

    def as_json(self):
        return {"error": {"reason": self.reason, "message": self.message, "next": self.next_step}}


def from_os_error(error, where):
    """An OSError as a BoxError, with a full disk told apart from the rest."""
    if error.errno in DISK_FULL:
        return BoxError(
            "box-disk-full",
            "The box has no space left under %s." % where,
            "Free some space there (old jobs in %s/jobs, caches in %s/cache), then resume the run." % (where, where),
        )
    return BoxError("box-command", "The box could not do this: %s." % error, "Check the folder %s on the box." % where)
