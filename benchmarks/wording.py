"""The prose of `docs/performance.md`."""

INTRODUCTION = """# Performance

`make bench` compares every stage with reference implementations in the same process and writes
`benchmarks/results/*.json`, from which this page is generated (`python -m benchmarks --report`); no measurement is
typed by hand. `make bench STAGE=scoring` measures one stage. The data is `../shared/data/conll03` (`--data`, or the
variable `BENCHMARK_DATA`, selects another folder); if it does not exist, the shipped corpus is repeated.

After a warm-up, the plugin and the reference run alternately, at least nine times each. The result is the ratio of
their seconds per sentence, at the start-up per process: its geometric mean with a 95 % interval (Student's t on the
logarithms). A row passes if the worse end of the interval meets the target. References that process one sentence at a
time run on a sample. Where both must give the same numbers, the numbers are compared, and a difference is an error.
Rows without a reference are single measurements.
"""

STAGES = {
    "reading": """`conll_columns` with its `word_piece` indexer, from the file to the word pieces of every sentence,
with empty caches. The reference splits lines, tokenizes the distinct words in one call and maps them back.""",
    "training": """One epoch of the inner trainer, including everything that AllenNLP does around a step. The bare
loop uses only PyTorch and transformers on the same batches, with the same loss, gradient clipping, schedule and fused
AdamW; its sentences are already converted to numbers. The slow reference is the same loop with every batch padded to
128 word pieces. After the last epoch of a round, ours predicts up to 50 of the labelled sentences, to tell whether the
model has collapsed: a fixed cost that is a fifth of the two steps of the bert-base shape here, and less than a
hundredth of a round of 300 steps.""",
    "bfloat16": """Training with `training.dtype: bfloat16`, in which torch's automatic mixed precision multiplies
matrices; weights and optimizer are in float32. F1 is that of another 800 sentences.""",
    "buckets": """Training with `data_loader.batches_per_bucket: 16` instead of 4: sentences are sorted by length within
16 shuffled batches, so that less is padding. With 200 sentences in batches of 16 that is more than a pass, and most
batches have sentences of one length. By a profile of an epoch on MiniLM, two thirds of the time are matrix products,
which shrink with the padding and are twice as fast in bfloat16 where the processor has units for it; a tenth is the
optimizer, the clipping of gradients and the dense gradient of the embeddings, which do neither. About 7 % of the time
goes to page faults, mostly of that gradient; huge pages (`THP_MEM_ALLOC_ENABLE=1`) avoid them and save no time. F1,
here and under bfloat16, is that of another 800 sentences, by `python -m benchmarks.training_f1`, which takes minutes a
seed and resumes.""",
    "scoring": """Normalized token entropy of a pool whose words are encoded again in each measurement; a run encodes
them once. The bare loop pads and runs the same batches of sentences already converted to numbers. The slow reference
follows the paper's code: batches of one, padded to 128 word pieces. The products are those of the encoder's linear
layers on the word pieces of each batch, without padding, attention or anything else: no scoring in the same precision
by the same routines can take less time. FLOP/s are those of these products, divided by the seconds of each.

Eight bits were tried and are not part of the package. With MiniLM on one thread of a processor with avx512_vnni,
dynamic quantization of the encoder's linear layers by torch scores 2.5 times as fast as the float32 bare loop and 1.4
times as fast as bfloat16, but of the best 100 of 1,280 sentences by NTE, MNLP and LC only 93, 87 and 92 are the same
(one tagger, 100 steps). With a scale for each word piece instead of one for each tensor, 100, 97 and 98 are the same,
at 2.0 times the speed of the bare loop, since the activations are then read several times more. The products alone are
3 to 4.7 times as fast as in float32; all else, such as attention, GELU and layer normalization, stays in float32. The
whole model in bfloat16 is 1.03 times as fast as automatic mixed precision. In float32, the linear layers take 85 % of
the time of scoring and 2 % of the word pieces are padding: without all the rest it would be 1.18 times as fast.""",
    "generation": """SeqMix with every sentence accepted: the vectors of the embedding table, pairing, mixing, and
the nearest words of all mixed vectors; a run looks up the words of the table once, before. The similarities of the
distinct parents to the table come from one matrix product; that of a mixture is the mixture of its parents', and only
the rows are computed that can still be the nearest. The reference follows the paper's code: for each pair and each
word, the distances to the whole table. Two rows time the search alone: against one product of every mixed vector with
the table, and against the product of the distinct parents, without which no search by these similarities can do. The
share of words that differ is that of ties.""",
    "perplexity": """Equation 9 for sentences already converted to numbers, under untrained language models. The bare
loop runs the same batches; the slow reference computes one sentence per call.""",
    "experiment": """One run of the paper's rounds on 700 sentences, without start-up. The forward calls of tagger
and language model (without the counting of entities), the backward passes and the optimizer's steps are timed;
everything else is overhead.""",
    "pool": """Repeated sentences with some words exchanged, read and scored in one pass by a separate process.

Every candidate is scored in each round. What would score fewer of them was tried, and is not part of the package,
since less than 90 % of the queried sentences were those that scoring all of them selects. Measured on the 14,041
sentences of CoNLL-2003 with four MiniLM taggers, as the share found of the exact best 100: a ridge regression of the
words' uncertainty on their input embeddings, fitted to 5 % of the sentences, then exact scores for the most promising
15 %: 0.52 to 0.73 for MNLP within quintiles of length, 0.55 to 0.85 for MNLP, 0.55 to 0.86 for normalized token
entropy, 0.87 to 1.0 for least confidence, which mostly prefers long sentences. A head after the first, second or third
of six layers, then exact scores for a tenth: 0.61 to 0.83, 0.69 to 0.90, 0.79 to 0.96; but one of six layers for all
sentences already takes 1.67 times as long as scoring a tenth of them. Where the lower layers are frozen, their outputs
for a million sentences would need 11 GB. `scoring.max_candidates` limits what a round scores to a random part of the
pool.""",
    "ranks": """Two gloo workers with one thread each divide the batches of a pool and exchange the scores.""",
    "startup": """User and system seconds of a process from its start to its first output: the whole help, the first
question of `annotate`, the tables of `compare`, the first bar of `train`. Each process runs in a terminal of its own.
The reference is the same command of `allennlp`; every other command of `allennlp` starts as slowly as its help.""",
}

UNITS = {"startup": "ms of CPU"}
"""What the seconds of a stage are counted for, where it is not a sentence."""

COST = """## How cost grows

- **Pool.** Scoring is linear in the number of sentences: each passes through the encoder once per round, and the
  predictions of a batch are dropped when its scores are computed. One number per sentence remains, and selecting the
  best K is a sort.
- **Budget.** A round trains on all sentences labelled so far. Its training is linear in the labelled and generated
  sentences times the epochs, and that of R rounds together grows with the square of R at equal K. A larger K does not
  make the query slower: fewer, larger rounds are cheaper than many small ones.
- **Vocabulary.** Finding the nearest words of mixed vectors with D distinct words as parents, in a table of V words
  with d dimensions, takes one product of D · V · d multiplications, computed for 2,048 words of the table at a time,
  which limits the memory to 2,048 · D numbers and those of 8,192 mixed vectors. The last layer of a language model is
  linear in its own vocabulary: 39 of the 124 million multiplications per token in GPT-2's shape, and the largest
  tensor of a call. For a tagger, the vocabulary of the encoder costs time in the optimizer only: every step updates
  every embedding.
- **Sequence length.** The cost of an encoder is linear in word pieces, plus a part that is quadratic in the length of
  the sentence and small below 128 pieces. Padding costs as much as text. Batches of sentences of similar length
  contain little padding; single sentences padded to 128 consist mostly of it, the more the shorter they are.
- **Committees and samples.** A committee or dropout samples multiply the cost of scoring; a committee of C also
  multiplies that of training in all rounds except the last.
"""
