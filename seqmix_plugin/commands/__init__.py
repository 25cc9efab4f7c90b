"""
Sub-commands of `seqmix` and `allennlp`: start a project; generate sentences without the loop; repeat, extend and
compare runs; export a run; exchange questions and answers with annotation tools; label in a terminal. This file imports
none of them, as some take seconds to import; `subcommands.py` registers all with AllenNLP.
"""
