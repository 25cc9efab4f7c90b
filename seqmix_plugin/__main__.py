"""`python -m seqmix_plugin` is the same as `seqmix`."""

from seqmix_plugin.commands.main import main

if __name__ == "__main__":
    main()
