"""Fetch what an address holds, whole or not at all: http, https, or a file."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import geobri
from geobri.errors import InputError, mould, shorten
from geobri.inputs import read_bytes

__all__ = ["MOST_MB", "fetch"]

MOST_MB: Final = 500
"""Megabytes past which nothing is fetched."""

_CHUNK: Final = 1 << 20
_LONG: Final = 200
_TRUST: Final = (
    "Look at it in a browser; an authority of your own is trusted if SSL_CERT_FILE names its certificates"
)


class _Careful(urllib.request.HTTPRedirectHandler):
    """Follows redirects within the web, and never from an encrypted address to an open one."""

    def redirect_request(  # noqa: PLR0917 - urllib's signature
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before, after) == ("https", "http"):
            fp.close()
            raise urllib.error.URLError(f"it leads on to {shorten(newurl, _LONG)}, which is less safe")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(address: str, *, folder: Path, timeout: float = 30.0) -> bytes:
    """Fetch what an address holds.

    Parameters
    ----------
    address
        http, https or file; a path without scheme counts from `folder`.
    folder
        Folder of the study.
    timeout
        Seconds that a server may be silent.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    InputError
        If it cannot be fetched whole: no answer, an error, a certificate that is not trusted, a redirect to a less safe place, less than was announced, nothing, or
        more than 500 MB.
    """
    parts = urlsplit(address)
    if parts.scheme.lower() in ("http", "https"):
        content = _fetch_web(address, timeout)
    else:
        path = Path(url2pathname(parts.path)) if parts.scheme else Path(address)
        content = read_bytes(folder / path, caller="geobri refresh", most_mb=MOST_MB)
    if not content:
        raise _refuse(address, "an empty file", "Look at it in a browser")
    return content


def _fetch_web(address: str, timeout: float) -> bytes:
    headers = {"User-Agent": f"geobri/{geobri.__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http or https
    opener = urllib.request.build_opener(_Careful())
    try:
        with opener.open(request, timeout=timeout) as answer:
            announced = answer.headers.get("Content-Length")
            content = _read_some(answer, address)
    except http.client.IncompleteRead as error:
        came = f"{len(error.partial):,} bytes, and then the connection ended"
        raise _refuse(address, came, "Try again later") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            came = f"a certificate that is not trusted: {shorten(reason.verify_message, _LONG)}"
            raise _refuse(address, came, _TRUST) from error
        raise _refuse(address, _say(error), "Look at it in a browser, or try again later") from error
    if announced is not None and announced.isdigit() and int(announced) != len(content):
        raise _refuse(address, f"{len(content):,} of {int(announced):,} bytes", "Try again later")
    return content


def _read_some(answer: Any, address: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > MOST_MB * 1e6:
            raise _refuse(address, f"more than {MOST_MB} MB", "Fetch it by hand")
    return b"".join(parts)


def _say(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the answer {error.code} {error.reason}"
    reason = getattr(error, "reason", None) or error
    return shorten(str(reason) or type(error).__name__, _LONG)


def _refuse(address: str, came: str, remedy: str) -> InputError:
    return InputError(
        mould("geobri refresh", f"{shorten(address, _LONG)} must be fetched whole", came, remedy)
    )
