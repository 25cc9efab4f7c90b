"""What runs have shown: comparisons of experiments, their statistics, and the pictures and tables of both."""
