"""The prose of `docs/performance.md`."""

INTRODUCTION = """# Performance

`make bench` measures every stage against references in the same process and writes `benchmarks/results/*.json`, from
which this page is made (`python -m benchmarks --report`); no measurement in it is typed. `make bench STAGE=scoring`
measures one stage. The data is looked for in `../shared/data/conll03` (`--data`, or the variable `BENCHMARK_DATA`);
where it is not, the shipped corpus is repeated.

Ours and the reference run in turn, after a warm-up, at least nine times each; who goes first alternates. What counts is
the ratio of seconds a sentence: its geometric mean, and the 95 % interval of that by Student's t on the logarithms. A
row passes when the worse end of the interval meets the target. References that take one sentence at a time run on a
sample. Where the two must give the same numbers they are compared; a reference that does something else is an error.
Rows without a reference are one measurement.
"""

STAGES = {
    "reading": """`conll_columns` with its `word_piece` indexer, from the file to the pieces of every sentence; no word
has been seen before. The reference splits lines, tokenizes the distinct words in one call and maps them back.""",
    "training": """One epoch of the inner trainer, with all that AllenNLP does around a step. The bare loop is PyTorch
and transformers alone on the same batches, with the same loss, clipped gradients, schedule and fused AdamW; its
sentences are numbers already. The slow reference is that loop with every batch padded to 128 word pieces.""",
    "scoring": """Normalized token entropy of a pool whose words are encoded anew each time; a run does so once. The
bare loop pads and runs the same batches of sentences that are numbers already. The slow reference does as the paper's
code: a batch of one, padded to 128 word pieces.""",
    "generation": """SeqMix with everything accepted: the table's vectors, pairs, mixing, and the nearest words of all
by one product; a run looks up the table's words once, before. The reference does as the paper's code: for each pair and
each word the distances to the whole table.""",
    "perplexity": """Equation 9 of sentences that are numbers already, under language models that nobody trained. The
bare loop runs the same batches; the slow reference asks for one sentence a call.""",
    "experiment": """One run of the paper's rounds on 700 sentences, start-up aside. Forward calls of tagger and
language model (without the counting of entities), backward and the optimizer's steps are timed; all else is
overhead.""",
    "pool": """Repeated sentences with some words exchanged, read and scored in one pass by a process of their own.""",
    "ranks": """Two gloo workers with one thread each share out the batches of a pool and exchange the scores.""",
}

COST = """## How cost grows

- **Pool.** Scoring is linear in the sentences: each goes through the encoder once a round, and a batch's predictions
  are dropped when its scores are taken. What stays is one number a sentence, and choosing the best K is a sort.
- **Budget.** A round trains on everything labelled so far, so its training is linear in the labelled and generated
  sentences times the epochs, and R rounds together grow with the square of R at equal K. A larger K costs the query
  nothing: fewer, larger rounds are cheaper than many small ones.
- **Vocabulary.** Snapping M mixed words to a table of V words of d numbers is one product of M · V · d
  multiplications, 4,096 words at a time, which bounds its memory to 4,096 · V numbers. A language model's last layer is
  linear in its own vocabulary: 39 of the 124 million multiplications a token in GPT-2's shape, and the largest tensor
  of a call. A tagger pays for its encoder's vocabulary in the optimizer alone: every step updates every embedding.
- **Sequence length.** An encoder's cost is linear in word pieces plus a part that is quadratic in the sentence and
  small below 128 pieces. Padding costs as much as text. Batches of like length hold little of it; sentences padded one
  by one to 128 consist of it, the more so the shorter they are.
- **Committees and samples.** A committee or samples of dropout multiply scoring, and a committee of C multiplies the
  training of all rounds but the last.
"""
