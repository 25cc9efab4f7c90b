"""What `import seqmix_plugin` offers to Python and notebooks: docs/python.md."""
