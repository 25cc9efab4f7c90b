"""Trained taggers that somebody else may have packed: a run's folder or its model.tar.gz."""
