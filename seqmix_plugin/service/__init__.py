"""Machine-learning back-end for Label Studio: predictions, and annotations stored as they arrive."""
