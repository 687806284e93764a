"""A run on disk: one finished partition after the other, so that nothing is done twice and nothing half.

A run has a folder of its own. ``plan.json`` says what is computed; ``pairs/block-00000.parquet`` holds the pairs of a block, and
``done/block-00000.npz`` its summary, which is written last: where it stands, the block is finished. Both are put in place in one
step (`geobri.outputs`). The summaries are added up in the order of the blocks when all are there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

import geobri
from geobri.arrays import FloatArray
from geobri.errors import OutputError, mould
from geobri.outputs import staged_file
from geobri.scale.blocks import Block, Tile, count_pairs_of, cut_tiles, plan_blocks
from geobri.scale.places import PairInputs
from geobri.scale.recipe import Recipe
from geobri.scale.summary import Summary, add_tile, label_cities
from geobri.workers import count_workers, spread

__all__ = ["Needs", "Run", "estimate_needs", "open_run"]

_CODE_BYTES: Final = 2.1
_BASE_MB: Final = 220.0
_CELLS_HELD: Final = 40_000 * 8 * 40
_ROWS_AT_ONCE: Final = 500_000
"""Pairs of a block that are written together."""

_COPIES: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a run needs, said before it starts.

    Attributes
    ----------
    n_pairs, n_blocks
        Pairs, and blocks of them.
    memory_mb
        Largest memory of all workers together, about.
    disk_mb
        Partitions and summaries, about.
    whole_gb
        What all pairs at once would need in memory.
    """

    n_pairs: int
    n_blocks: int
    memory_mb: float
    disk_mb: float
    whole_gb: float


def estimate_needs(
    recipe: Recipe, blocks: tuple[Block, ...], *, workers: int | None = None, pairs: bool = True
) -> Needs:
    """Estimate memory and disk.

    Parameters
    ----------
    recipe
        What is computed; measures of the index count as well.
    blocks
        The plan.
    workers
        How many; all cores by default.
    pairs
        Whether pairs are written.

    Returns
    -------
    Needs
        Rounded up from the sizes of the arrays.
    """
    n_pairs, k = count_pairs_of(recipe.inputs), len(recipe.measures)
    largest = max(count_pairs_of(recipe.inputs, block) for block in blocks)
    summary = sum(array.nbytes for array in Summary.empty(recipe).arrays().values())
    row = 16.0 + 4.0 + 4.0 * k
    worker = (
        _CELLS_HELD * (1 + 0.2 * k)
        + 2 * summary
        + (min(largest, _ROWS_AT_ONCE) * row * _COPIES if pairs else 0.0)
    )
    memory = _BASE_MB + (recipe.inputs.nbytes * 2 + worker * count_workers(workers)) / 1e6
    written = n_pairs * (_CODE_BYTES + 4.0 + 4.0 * k) if pairs else 0.0
    return Needs(
        n_pairs=n_pairs,
        n_blocks=len(blocks),
        memory_mb=memory,
        disk_mb=(written + summary * len(blocks)) / 1e6,
        whole_gb=n_pairs * (24.0 + 8.0 * (1 + k)) / 1e9,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A run with its folder.

    Attributes
    ----------
    folder
        Where it stands.
    recipe
        What is computed.
    blocks
        The plan.
    pairs
        Whether pairs are written.
    finished
        Numbers of the blocks that were done before.
    """

    folder: Path
    recipe: Recipe
    blocks: tuple[Block, ...]
    pairs: bool
    finished: frozenset[int]

    def work(
        self,
        *,
        workers: int | None = None,
        scheduler: Any = None,
        done: Callable[[Block], None] | None = None,
    ) -> Summary:
        """Do the blocks that are not done, and add all summaries up.

        Parameters
        ----------
        workers, scheduler
            As for `geobri.workers.spread`; workers on other machines must see the folder under the same name.
        done
            Called after every block, those that were finished before first.

        Returns
        -------
        Summary
            Of all pairs.
        """
        left = [block for block in self.blocks if block.number not in self.finished]
        for block in self.blocks:
            if done is not None and block.number in self.finished:
                done(block)
        shared = (self.recipe, self.folder.resolve(), self.pairs)
        for block, _ in zip(
            left, spread(_write_block, left, shared=shared, workers=workers, scheduler=scheduler), strict=True
        ):
            if done is not None:
                done(block)
        whole = Summary.empty(self.recipe)
        for block in self.blocks:
            whole.add(_load_summary(self.folder, block), self.recipe.top)
        return whole

    def clear(self) -> None:
        """Remove the summaries of the blocks, when the tables of the run are written."""
        shutil.rmtree(self.folder / "done", ignore_errors=True)


def open_run(
    folder: Path,
    recipe: Recipe,
    *,
    resume: bool = False,
    pairs: bool = True,
    blocks: tuple[Block, ...] | None = None,
    said: dict[str, Any] | None = None,
) -> Run:
    """Begin a run, or go on with one.

    Parameters
    ----------
    folder
        Where it stands; made if need be.
    recipe
        What is computed.
    resume
        Whether to go on with the run that stands there.
    pairs
        Whether pairs are written, or summaries alone.
    blocks
        The plan; `plan_blocks` by default.
    said
        Further facts for ``plan.json``.

    Returns
    -------
    Run
        With what is finished.

    Raises
    ------
    OutputError
        If another run stands there, or the disk has no room for this one.
    """
    plan = plan_blocks(recipe.inputs.n, directed=recipe.inputs.directed) if blocks is None else blocks
    facts = {
        "geobri": geobri.__version__,
        "fingerprint": _fingerprint(recipe, plan, pairs=pairs),
        "places": recipe.inputs.n,
        "pairs": count_pairs_of(recipe.inputs),
        "blocks": len(plan),
        "measures": [one.column for one in recipe.measures],
        "rank_by": recipe.rank_by,
        "writes_pairs": pairs,
        **(said or {}),
    }
    finished = _check_folder(folder, facts, resume=resume)
    if not finished:
        _check_room(folder, estimate_needs(recipe, plan, pairs=pairs))
    with staged_file(folder / "plan.json", caller="geobri scale") as path:
        path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "done").mkdir(exist_ok=True)
    if pairs:
        (folder / "pairs").mkdir(exist_ok=True)
    return Run(folder=folder, recipe=recipe, blocks=plan, pairs=pairs, finished=finished)


def _check_folder(folder: Path, facts: dict[str, Any], *, resume: bool) -> frozenset[int]:
    plan = folder / "plan.json"
    if not plan.exists():
        return frozenset()
    held = json.loads(plan.read_text(encoding="utf-8"))
    if not resume:
        remedy = "Go on with it: --resume; or choose another folder with --out"
        raise OutputError(
            mould(
                "geobri scale",
                f"'{folder}' must not hold a run already",
                f"one of {held['pairs']:,} pairs",
                remedy,
            )
        )
    if held["fingerprint"] != facts["fingerprint"]:
        names = [name for name in facts if held.get(name) != facts[name] and name != "fingerprint"]
        came = f"another study or other choices ({', '.join(names) or 'cities, flows or settings differ'})"
        raise OutputError(
            mould(
                "geobri scale", "--resume goes on with the same run", came, "Choose another folder with --out"
            )
        )
    found = (folder / "done").glob("block-*.npz")
    return frozenset(int(path.stem.removeprefix("block-")) for path in found)


def _check_room(folder: Path, needs: Needs) -> None:
    home = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(home).free / 1e6
    if needs.disk_mb > free:
        came = (
            f"about {needs.disk_mb / 1e3:,.1f} GB for {needs.n_pairs:,} pairs, and {free / 1e3:,.1f} GB free"
        )
        raise OutputError(
            mould(
                "geobri scale",
                f"'{folder}' must have room",
                came,
                "Use --reduce, which writes no pairs, or another disk",
            )
        )


def _fingerprint(recipe: Recipe, plan: tuple[Block, ...], *, pairs: bool) -> str:
    inputs = recipe.inputs
    seen = hashlib.sha256()
    for array in (inputs.lon, inputs.lat, inputs.country, inputs.region, inputs.coastal, inputs.mass):
        seen.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    for listed in inputs.flows:
        seen.update(repr(listed.measure).encode() + listed.key.tobytes() + listed.value.tobytes())
    index = (
        None
        if recipe.scorer is None
        else (repr(recipe.scorer.compiled.spec), recipe.scorer.compiled.reference.tolist())
    )
    said = (
        inputs.slugs.tolist(), inputs.regions, inputs.directed, inputs.domain, inputs.distance, inputs.edges_km, inputs.gravity,
        index, recipe.rank_by, recipe.top, sorted(recipe.keeps), [(one.first, one.stop) for one in plan], pairs,
    )  # fmt: skip
    seen.update(repr(said).encode())
    return seen.hexdigest()


def _load_summary(folder: Path, block: Block) -> Summary:
    with np.load(folder / "done" / f"block-{block.number:05d}.npz") as held:
        return Summary(**{name: held[name] for name in held.files})


def _write_block(shared: tuple[Recipe, Path, bool], block: Block) -> int:
    """Compute a block and write it: the pairs, then the summary, which says that the block is finished."""
    recipe, folder, pairs = shared
    summary = Summary.empty(recipe)
    tiles = _compute(recipe, block, summary)
    if pairs:
        with staged_file(
            folder / "pairs" / f"block-{block.number:05d}.parquet", caller="geobri scale"
        ) as path:
            _write_pairs(path, recipe, tiles)
    else:
        for _ in tiles:
            pass
    with staged_file(folder / "done" / f"block-{block.number:05d}.npz", caller="geobri scale") as path:
        np.savez(path, **summary.settle(recipe).arrays())  # type: ignore[arg-type]
    return block.number


def _compute(recipe: Recipe, block: Block, summary: Summary) -> Iterator[tuple[Tile, dict[str, FloatArray]]]:
    """Compute the tiles of a block, and add each to the summary."""
    labels = label_cities(recipe)
    for tile in cut_tiles(recipe.inputs, block):
        values = recipe.values(tile)
        add_tile(summary, recipe, tile, values, labels)
        yield tile, values


def _write_pairs(path: Path, recipe: Recipe, tiles: Iterator[tuple[Tile, dict[str, FloatArray]]]) -> None:
    """Write tiles as they come, some rows at a time; ends are words from a list that stands in the file once."""
    import pyarrow as pa
    from pyarrow import parquet

    ends, numbers = ("origin", "destination"), ["distance_km", *(one.column for one in recipe.measures)]
    words = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema([*((name, words) for name in ends), *((name, pa.float32()) for name in numbers)])
    choices = {"use_dictionary": list(ends), "compression": "snappy", "write_statistics": ["distance_km"]}
    with parquet.ParquetWriter(path, schema, **choices) as writer:
        kept: list[list[np.ndarray[Any, Any]]] = []
        for tile, values in tiles:
            columns = [tile.flat(values[one.column]).astype(np.float32) for one in recipe.measures]
            km = tile.flat(tile.distance_km).astype(np.float32)
            kept.append([tile.origin.astype(np.int32), tile.destination.astype(np.int32), km, *columns])
            if sum(len(one[0]) for one in kept) >= _ROWS_AT_ONCE:
                writer.write_table(_table(recipe.inputs, schema, kept))
        if kept:
            writer.write_table(_table(recipe.inputs, schema, kept))


def _table(inputs: PairInputs, schema: Any, kept: list[list[np.ndarray[Any, Any]]]) -> Any:
    """Join tiles to a table, and forget them."""
    import pyarrow as pa

    joined = [np.concatenate(parts) for parts in zip(*kept, strict=True)]
    kept.clear()
    for place in (0, 1):
        codes = joined[place]
        first, last = (int(codes.min()), int(codes.max()) + 1) if codes.size else (0, 0)
        listed = pa.array(inputs.slugs[first:last], type=pa.string())
        joined[place] = pa.DictionaryArray.from_arrays(pa.array(codes - first), listed)
    return pa.Table.from_arrays([pa.array(one) for one in joined], schema=schema)
