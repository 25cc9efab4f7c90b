"""A run on disk: its files, what they hold, and who reads and writes them. Import the modules themselves."""
