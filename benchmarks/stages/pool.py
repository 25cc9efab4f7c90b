"""Pools of up to a million sentences, each scored in a separate process."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List

import numpy as np
import torch
from transformers import BertConfig

from benchmarks.data import ROOT
from benchmarks.row import Entry, Value
from benchmarks.setting import Setting, shape_folder
from benchmarks.stages.scoring import our_scores
from seqmix_plugin.active_learning.file_labels import labels_of
from seqmix_plugin.active_learning.pool import Pool

NUM_SENTENCES = (10_000, 100_000, 1_000_000)
BYTES_A_SENTENCE = 1024
"""The most above the raw file, for the largest pool."""
TINY = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}


def rows(setting: Setting) -> Iterator[Entry]:
    """Seconds and memory for each size."""
    encoder = next(iter(setting.encoders.values()))
    tiny = shape_folder(BertConfig(**TINY), setting.folder / "tiny", Path(encoder))
    for size in (60,) if setting.quick else NUM_SENTENCES:
        folder = setting.new_folder()
        write_pool(setting.corpus.train, folder / "pool.conll", size)
        found = scored_apart(setting, tiny, folder)
        above = (found["peak_bytes"] - found["bytes_before"] - found["file_bytes"]) / size
        yield Value(
            f"memory above the raw file, a pool of {size:,} sentences",
            above,
            "bytes a sentence",
            BYTES_A_SENTENCE if size == NUM_SENTENCES[-1] else None,
            {
                "reading (s)": round(found["reading"], 2),
                "scoring (s)": round(found["scoring"], 2),
                "sentences a second": round(size / (found["reading"] + found["scoring"])),
                "peak above start (MB)": round((found["peak_bytes"] - found["bytes_before"]) / 1e6, 1),
                "raw file (MB)": round(found["file_bytes"] / 1e6, 1),
            },
            note="an encoder of one layer, 32 wide, so that a million are feasible; the peak of a process of its own "
            "above what it held when models were loaded and 200 sentences scored",
        )


def write_pool(source: Path, target: Path, size: int) -> None:
    """Writes the sentences of the corpus repeatedly, with some words replaced by other words of the corpus."""
    text = source.read_text(encoding="utf-8")
    blocks = [block for block in text.strip().split("\n\n") if not block.startswith("-DOCSTART-")]
    words = [line.split()[0] for block in blocks for line in block.split("\n")]
    rng = np.random.default_rng(0)
    with open(target, "w", encoding="utf-8") as file:
        for number in range(size):
            lines = blocks[number % len(blocks)].split("\n")
            for place in rng.integers(len(lines), size=1 + len(lines) // 8).tolist():
                separator = "\t" if "\t" in lines[place] else " "
                rest = lines[place].split(separator, 1)[1]
                lines[place] = words[int(rng.integers(len(words)))] + separator + rest
            file.write("\n".join(lines) + "\n\n")


def scored_apart(setting: Setting, encoder: str, folder: Path) -> Dict[str, float]:
    """The output of `main` for a pool, run in another process."""
    task = {
        "encoder": encoder,
        "corpus": [str(setting.corpus.train), setting.corpus.scheme],
        "folder": str(folder),
        "device": str(setting.device),
        "threads": torch.get_num_threads(),
    }
    command = [sys.executable, "-m", "benchmarks.stages.pool", json.dumps(task)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: List[str]) -> None:
    """Scores a pool and prints seconds and bytes."""
    from benchmarks.data import Corpus

    task = json.loads(arguments[0])
    torch.set_num_threads(task["threads"])
    train, scheme = task["corpus"]
    folder = Path(task["folder"])
    setting = Setting(
        torch.device(task["device"]), Corpus("", Path(train), None, None, scheme), folder, {"": task["encoder"]}, {}
    )
    built = setting.build(task["encoder"])
    our_scores(built, built.sentences[:200], setting.device)  # memory that does not depend on the pool's size
    pool = folder / "pool.conll"
    reset_peak()
    before, start = resident("VmRSS"), time.perf_counter()
    sentences = built.experiment.reader.read_sentences(str(pool), folder)
    labels_of(sentences)  # as a run does
    left = Pool(sentences).unlabelled
    read = time.perf_counter()
    scores = our_scores(built, left, setting.device)
    seconds = {"reading": read - start, "scoring": time.perf_counter() - read}
    found = {"bytes_before": before, "peak_bytes": resident("VmHWM"), "file_bytes": pool.stat().st_size}
    assert np.isfinite(scores).all()
    print(json.dumps({**seconds, **found}))


def resident(name: str) -> int:
    """Bytes of this process in memory, now (`VmRSS`) or at the most (`VmHWM`)."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {name}")


def reset_peak() -> None:
    """Resets the peak memory to the current one."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
