"""Who starts jobs: this machine itself, or the cluster's scheduler, whose login node this is."""

import json

from . import card as machine_card
from . import slurm_card
from .errors import BoxError
from .slurm_submit import Launcher
from .submit import Local


def launcher(options):
    return Launcher(_chosen(options)) if options.scheduler == "slurm" else Local()


def card(root, options):
    described = machine_card.describe(root, options.hub)
    return slurm_card.describe(described, _chosen(options)) if options.scheduler == "slurm" else described


def _chosen(options):
    try:
        return json.loads(options.options)
    except ValueError as error:
        next_step = "Report this: it is a fault of the client."
        raise BoxError("bad-input", "The options are not JSON.", next_step) from error
