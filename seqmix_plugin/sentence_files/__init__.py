"""Files of sentences while they are read, without AllenNLP: columns and JSONL, errors that name the line."""
