"""``python -m helpers`` is the command line, the same as ``blina-dli``."""

from helpers.delivery.cli import main

if __name__ == "__main__":
    main()
