"""A run on disk: the names of its files, their content, and how they are written, read and recovered."""
