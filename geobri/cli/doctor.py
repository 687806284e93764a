"""`geobri doctor` and `geobri completion`: what this installation has, and words that a shell completes."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Literal

import click

import geobri
from geobri.errors import GeobriError

__all__ = ["completion_command", "doctor_command"]

Verdict = Literal["ok", "absent", "fault"]
_MARKS: dict[Verdict, str] = {"ok": "ok", "absent": "--", "fault": "!!"}


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that was looked at: what, how it is, and what to do."""

    what: str
    verdict: Verdict
    said: str


@click.command(name="doctor")
def doctor_command() -> None:
    """Say what this installation has: versions, extras, and whether its data are in place and whole.

    The exit code is 1 if something that geobri needs is missing, too old or damaged; extras may be absent.
    """
    click.echo(
        f"geobri {geobri.__version__}, Python {platform.python_version()}, {sys.platform} {platform.machine()}"
    )
    findings = [*_look_at_packages(), *_look_at_data()]
    width = max(len(one.what) for one in findings)
    for one in findings:
        click.echo(f"{_MARKS[one.verdict]}  {one.what:<{width}}  {one.said}")
    faults = sum(one.verdict == "fault" for one in findings)
    if faults:
        raise click.ClickException(
            f"{faults} fault{'s' if faults > 1 else ''}. Install geobri again, or what is named above."
        )
    click.echo("Everything that geobri needs is in place.")


def _look_at_packages() -> Iterator[_Finding]:
    """Compare each package that geobri names with the one that is installed."""
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        yield _Finding(
            "packaging", "fault", "not installed, so no version is compared: pip install packaging"
        )
        return
    for text in metadata.requires("geobri") or ():
        wanted = Requirement(text)
        extra = _extra_of(wanted.marker)
        name = f"{wanted.name} [{extra}]" if extra else wanted.name
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            remedy = (
                f"pip install 'geobri[{extra}]'"
                if extra
                else f"pip install '{wanted.name}{wanted.specifier}'"
            )
            yield _Finding(name, "absent" if extra else "fault", f"not installed: {remedy}")
            continue
        fits = wanted.specifier.contains(found, prereleases=True)
        yield _Finding(
            name,
            "ok" if fits else "fault",
            found if fits else f"{found}, but geobri needs {wanted.specifier}",
        )


def _extra_of(marker: object) -> str:
    """Name the extra that a requirement belongs to; empty for what geobri always needs."""
    text = str(marker or "")
    return text.rsplit("==", maxsplit=1)[-1].strip().strip("'\"") if "extra" in text else ""


def _look_at_data() -> Iterator[_Finding]:
    """Open what comes with the package: boundaries against their hashes, published tables, place names."""
    try:
        from geobri import boundaries, datasets
        from geobri.gazetteer import geocode
    except ImportError as error:  # a package of the list above is missing or broken
        yield _Finding("data", "fault", f"cannot be read: {error}")
        return

    def published() -> str:
        return f"{len(datasets.bri22().cities)} and {len(datasets.global513().cities)} cities"

    def gazetteer() -> str:
        if not geocode(["上海"]).is_complete:
            raise GeobriError("上海 is not found")
        return "names are found"

    try:
        manifest = json.loads(boundaries.locate("manifest.json").read_text(encoding="utf-8"))["layers"]
    except (GeobriError, OSError, ValueError) as error:
        yield _Finding("boundaries", "fault", str(error))
        manifest = []
    for row in manifest:
        yield _look_at_layer(row)
    yield _try("published tables", published)
    yield _try("place names", gazetteer)


def _look_at_layer(row: Mapping[str, Any]) -> _Finding:
    from geobri.boundaries import locate

    layer = str(row["file"]).partition(".")[0]

    def read() -> str:
        digest = hashlib.sha256(locate(layer).read_bytes()).hexdigest()
        if digest != row["sha256"]:
            raise GeobriError(
                f"damaged: its SHA-256 begins with {digest[:12]}, not with {row['sha256'][:12]}"
            )
        return f"{row['features']:,} features, {row['origin']}"

    return _try(f"boundaries {layer}", read)


def _try(what: str, read: Callable[[], str]) -> _Finding:
    try:
        return _Finding(what, "ok", read())
    except (GeobriError, OSError, ValueError) as error:
        return _Finding(what, "fault", str(error))


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print what makes a shell complete commands and options.

    For bash: geobri completion bash > ~/.local/share/bash-completion/completions/geobri. For zsh: put the output into a
    folder of $fpath as _geobri. For fish: geobri completion fish > ~/.config/fish/completions/geobri.fish.
    """
    from click.shell_completion import get_completion_class

    from geobri.cli import _geobri

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(_geobri, {}, "geobri", "_GEOBRI_COMPLETE").source())
