"""The README of a new project: commands that work in its folder."""

import os
from pathlib import Path
from typing import Any, Dict, Sequence

INTRODUCTION = """\
# {name}

Active learning with SeqMix on {data}.
`experiment.jsonnet` sets data, labels, encoder and sizes; `lib/` holds what it imports. Run the commands in this
folder; `seqmix COMMAND --help` lists the options of each.

"""

SIMULATION = """\
**Train.** {seed_size} sentences are labelled at the start, and {num_rounds} rounds query {query_size} each by token
entropy. The labels of the file simulate the annotators; each round prints F1.

```
seqmix train experiment.jsonnet -s runs/seqmix
```

An interrupted run resumes with the same command and `--recover`.

**Train another method** to compare with: random sampling, without generated sentences. `-o` overrides any key.

```
seqmix train experiment.jsonnet -s runs/random -o '{{"trainer.query_policy": "random", "trainer.augmenter": "none"}}'
```

**Compare** the learning curves, in the terminal and in `report.html`. A difference needs several seeds:
`seqmix repeat experiment.jsonnet --seeds 1-5 -s runs/seqmix_seeds`.

```
seqmix compare runs/seqmix runs/random
```
"""

ANNOTATION = """\
**Train.** The first start writes {seed_size} random sentences, whose labels are needed, to
`runs/project/queries/round_0/` and ends. (`tool` in `experiment.jsonnet` is the format of the files; the next command
works with each.)

```
seqmix train experiment.jsonnet -s runs/project
```

**Label** these sentences in the terminal, or put what the annotation tool exports into the folder `answers` there.

```
seqmix annotate runs/project
```

**Continue.** The run trains, and asks for the {query_size} sentences on which the model is least certain. Repeat the
last two commands; there are {num_rounds} rounds. `--force` would delete the run with all labels in it.

```
seqmix train experiment.jsonnet -s runs/project --recover
```
"""

USE = """
**Predict** the entities of new sentences, with the model of the last round.

```
echo '{{"sentence": "Anna Berg sings in Oslo"}}' > sentences.jsonl
seqmix predict {run}/model.tar.gz sentences.jsonl {reader}--silent --output-file tagged.jsonl
```

**Export** the model for transformers, into `{run}/huggingface`.

```
seqmix export-hf {run} --allow-differences
```
"""


def first_command(annotate: bool) -> str:
    """The first command of a project, in its folder."""
    return f"seqmix train experiment.jsonnet -s runs/{'project' if annotate else 'seqmix'}"


def readme(folder: Path, paths: Sequence[str], sizes: Dict[str, int], annotate: bool, is_text: bool) -> str:
    """The text of the README of a project in a folder, on these files."""
    values: Dict[str, Any] = {
        "name": Path(os.path.realpath(folder)).name,
        "data": ", ".join(f"`{path}`" for path in paths),
        **sizes,
    }
    values |= {"run": "runs/project" if annotate else "runs/seqmix"}
    # With annotators there is a reader of labelled files as well, which would split sentences at spaces.
    values |= {"reader": "--dataset-reader-choice train " if is_text else ""}
    return (INTRODUCTION + (ANNOTATION if annotate else SIMULATION) + USE).format(**values)
