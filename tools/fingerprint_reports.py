"""Fingerprint the text of the two reports, so that quotations can be checked without the reports being here.

Usage: ``python tools/fingerprint_reports.py bri22=REPORT.txt global513=REPORT.txt``. Of every stretch of three and of six letters or
digits in a row it keeps three bytes of a hash, sorted: enough to see that a quotation stands in the print, too little to read
the print again. Writes `tests/reference/report_shingles.bin.gz`, the same bytes each time.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "tests" / "reference" / "report_shingles.bin.gz"
LENGTHS = (3, 6)
BYTES = 3


def plain(text: str) -> str:
    """Keep letters and digits: line breaks and punctuation are the printer's."""
    return re.sub(r"[\W_]+", "", text).lower()


def shingles(report: str, text: str) -> set[bytes]:
    """Give the hashes of all stretches of a text; those of one report never pass for those of another."""
    letters = plain(text)
    return {
        hashlib.sha256(f"{report}:{letters[start : start + length]}".encode()).digest()[:BYTES]
        for length in LENGTHS
        for start in range(len(letters) - length + 1)
    }


def main(arguments: list[str]) -> None:
    """Read the reports named and write their fingerprint."""
    found: set[bytes] = set()
    for argument in arguments:
        report, _, path = argument.partition("=")
        found |= shingles(report, Path(path).read_text(encoding="utf-8"))
    with OUT.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write(b"".join(sorted(found)))
    print(f"{OUT.name}: {len(found)} shingles, {OUT.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
