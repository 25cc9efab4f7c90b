"""
The job by acleto (ALToolbox): its `WrapperNer`, which trains with the `Trainer` of transformers, and its strategy
`mnlp`.

Two patches, as acleto 0.0.7 expects packages of 2022 and a model hub:

- `datasets.load_metric("seqeval")` downloads a script from a hub when a model is trained. Nothing is evaluated in this
  job, so an object without a metric replaces it.
- numpy 1.24 and later refuse arrays of rows with different lengths, which acleto makes of the tokens' probabilities:
  the environment has numpy 1.23.
"""

from typing import Any, Dict, List, Sequence

import datasets
import stopwatch
from omegaconf import DictConfig

datasets.load_metric = lambda *names, **settings: None  # before acleto imports it

from acleto.al4nlp.model_wrappers.transformers.wrapper_ner import WrapperNer  # noqa: E402
from acleto.al4nlp.query_strategies.mnlp import mnlp  # noqa: E402


def main() -> None:
    """Trains, queries and tags the dev file."""
    job = stopwatch.read_job()
    parts = {name: stopwatch.read_sentences(job["files"][name]) for name in ("seed", "pool", "dev")}
    labels = sorted({tag for _, tags in parts["seed"] for tag in tags} | {"O"})
    seed, pool, dev = (dataset(sentences, labels) for sentences in parts.values())
    wrapper = tagger(job, dict(enumerate(labels)))
    wrapper.model, wrapper.tokenizer = wrapper.get_model_and_tokenizer(
        wrapper.model_config, seed=job["seed"], **wrapper.get_init_model_kwargs()
    )
    training, _ = stopwatch.timed(lambda: wrapper.fit(seed, from_scratch=False))
    query, (queried, _, _) = stopwatch.timed(
        lambda: mnlp(wrapper, pool, job["query_size"], select_by_number_of_tokens=False)
    )
    probabilities = wrapper.predict_proba(dev, remove_padding=True, test_mode=True)
    tags = [[labels[number] for number in sentence.argmax(-1)] for sentence in probabilities]
    packages = ("acleto", "torch", "transformers", "datasets", "numpy")
    stopwatch.write_result(training, query, queried, tags, packages)


def dataset(sentences: Sequence[Any], labels: List[str]) -> datasets.Dataset:
    """Words and numbers of tags; a tag that the seed set does not have is O."""
    number = {label: position for position, label in enumerate(labels)}
    tags = [[number.get(tag, number["O"]) for tag in tags] for _, tags in sentences]
    return datasets.Dataset.from_dict({"tokens": [words for words, _ in sentences], "ner_tags": tags})


def tagger(job: Dict[str, Any], labels: Dict[int, str]) -> WrapperNer:
    """The untrained model, with the settings of the job under the names that acleto has for them."""
    model = {
        "checkpoint": job["encoder"],
        "num_labels": len(labels),
        "classifier_dropout": job["dropout"],
        "exists_in_repo": True,
        "tokenizer_max_length": job["max_length"],
        "training": {},
    }
    trainer = {
        "serialization_dir": job["output"],
        "num_epochs": job["epochs"],
        "grad_clipping": job["grad_norm"],
        "validation_metric": "overall_f1",
        "eval_metrics": None,
        "evaluation_strategy": "no",
        "accumulation": {"gradient_accumulation_steps": 1, "eval_accumulation_steps": None},
        "fp16": {"training": False, "evaluation": False},
    }
    batches = {
        "batch_size": job["batch_size"],
        "eval_batch_size": 32,
        "adjust_batch_size": False,
        "adjust_num_epochs": False,
        "min_num_gradient_steps": 0,
        "min_batch_size": 4,
    }
    return WrapperNer(
        id2label=labels,
        num_labels=len(labels),
        model_config=DictConfig(model),
        checkpoint=job["encoder"],
        task="ner",
        default_data_config={"dataset_name": None, "text_name": "tokens", "label_name": "ner_tags"},
        seed=job["seed"],
        dev_data_kwargs={"dev_data": None, "size": 0, "shuffle_dev": False, "tokenize_dev_data": False},
        trainer_kwargs=DictConfig(trainer),
        batch_size_kwargs=DictConfig(batches),
        optimizer_kwargs=DictConfig({"lr": job["lr"], "weight_decay": job["weight_decay"]}),
        scheduler_kwargs=DictConfig({"warmup_steps_factor": job["warm_up"], "use_adafactor": False}),
        cache_dir=job["output"],
    )


if __name__ == "__main__":
    main()
