"""Whether what jobs download from answers: the Hub or its mirror, and the package index."""

import http.client
import os
import time
import urllib.error
import urllib.parse
import urllib.request

from . import installers

PROBE_SECONDS = 2
USUAL_INDEX = "https://pypi.org/simple/"


def hub(url):
    return _told("Hub", url)


def package_index():
    """pip's configured index; None where pip is told to use no index at all."""
    configured = installers.pip_configuration()
    if configured.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        return None
    return _told("package index", (configured.get("index-url") or USUAL_INDEX).split()[0])


def unknown(name, url):
    """What is said of a place whose answer did not come in time, e.g. because names are not resolved."""
    return {"name": name, "url": without_secrets(url), "reachable": False, "detail": "no answer in time"}


def without_secrets(url):
    """A package index may carry a password in its address; nobody needs to see it."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _told(name, url):
    shown = without_secrets(url)
    if urllib.parse.urlsplit(shown).scheme == "file":
        there = os.path.isdir(urllib.request.url2pathname(urllib.parse.urlsplit(shown).path))
        return {"name": name, "url": shown, "reachable": there, "detail": "a folder" if there else "no such folder"}
    reachable, detail = _probe(shown)
    return {"name": name, "url": shown, "reachable": reachable, "detail": detail}


def _probe(url):
    """Any answer will do, also a refusal: without a token many places say no, but they are there."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PROBE_SECONDS) as answer:
            code = answer.status
    except urllib.error.HTTPError as error:
        if error.code >= 500 and error.code != 501:
            return False, "HTTP %d" % error.code
        code = error.code
    except (OSError, ValueError, http.client.HTTPException) as error:
        return False, str(getattr(error, "reason", None) or error or type(error).__name__)
    return True, "HTTP %d in %d ms" % (code, 1000 * (time.monotonic() - began))
