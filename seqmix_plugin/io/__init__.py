"""Files and text: JSON, CSV, atomic writes and the guard of a run's folder."""
