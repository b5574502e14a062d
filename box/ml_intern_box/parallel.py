"""Asks several slow things at once and waits for none too long: a hung driver or disk must not hang the box."""

import threading
import time


def gather(parts, seconds):
    """{name: result} of {name: (function, what to say when it fails or takes longer than `seconds` from now)}."""
    found = {name: fallback for name, (_, fallback) in parts.items()}
    threads = [
        threading.Thread(target=_keep, args=(found, name, act), daemon=True) for name, (act, _) in parts.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    # A late part may still write into `found`.
    return dict(found)


def _keep(found, name, act):
    try:
        found[name] = act()
    except Exception:  # noqa: BLE001 - whatever is wrong with one part must not take the others with it
        return
