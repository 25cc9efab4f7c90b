"""Makes the reference of the documentation from the registries and docstrings: a page for each kind of component."""

from pathlib import Path


def write(folder: Path) -> None:
    """Writes the pages into a folder; those that are the same already are left alone, and others are removed."""
    from scripts.reference.pages import pages  # imports AllenNLP

    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.glob("*.md"):
        if path.name not in made:
            path.unlink()
