"""Stands behind the worker of a job and forks another when it is killed; the worker does the same for its guardian."""

import os
import signal
import time

MOST_DEATHS = 20
DEATHS_SECONDS = 30.0


def watch(run):
    """Returns when a worker has recorded the job's end."""
    attend(run, _fork(run))


def attend(run, worker):
    """Waits for a worker that was forked already. Only a worker that says it is done is believed."""
    deaths = []
    while True:
        _pass_on(signal.SIGTERM, worker)
        _, how = os.waitpid(worker, 0)
        if how == 0:
            return
        deaths = [then for then in deaths if time.monotonic() - then < DEATHS_SECONDS] + [time.monotonic()]
        if len(deaths) > MOST_DEATHS:
            # Whatever kills it does so at once: a job without a supervisor must not go on unseen.
            run.give_up("The job's supervisor ended %d times in a row." % len(deaths))
            return
        worker = _fork(run)


def replace(run):
    """Called by a worker whose guardian is gone: it becomes the guardian, and its child the worker that goes on."""
    worker = os.fork()
    if worker == 0:
        return
    try:
        attend(run, worker)
    finally:
        os._exit(0)


def _fork(run):
    worker = os.fork()
    if worker == 0:
        code = 1
        try:
            run.work()
            code = 0
        finally:
            os._exit(code)
    return worker


def _pass_on(number, worker):
    """We are told to end when the machine shuts down: the worker then gives its job the time to save."""

    def tell(_number, _frame):
        try:
            os.kill(worker, number)
        except ProcessLookupError:
            return

    signal.signal(number, tell)
