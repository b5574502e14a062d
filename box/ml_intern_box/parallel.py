"""Asks several slow things at once and waits for none too long: a hung driver or disk must not hang the box."""

import threading
import time


def gather(parts, seconds):
    """{name: result} of {name: (function, what to say when it fails or takes longer than `seconds` from now)}; a third
    member gives a part its own seconds."""
    found = {name: part[1] for name, part in parts.items()}
    threads = {
        name: threading.Thread(target=_keep, args=(found, name, part[0]), daemon=True) for name, part in parts.items()
    }
    for thread in threads.values():
        thread.start()
    began = time.monotonic()
    for name, thread in threads.items():
        allowed = parts[name][2] if len(parts[name]) > 2 else seconds
        thread.join(max(0.0, began + allowed - time.monotonic()))
    # A late part may still write into `found`.
    return dict(found)


def _keep(found, name, act):
    try:
        found[name] = act()
    except Exception:  # noqa: BLE001 - whatever is wrong with one part must not take the others with it
        return
