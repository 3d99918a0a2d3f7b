"""`python -m services NAME --role all|api|worker`, `NAME migrate`, `NAME republish`."""

import sys
from importlib import import_module

from shared.serve.run import main
from shared.serve.service import Service


def find(name: str) -> Service:
    service: Service = import_module(f"services.{name}.service").SERVICE
    return service


if __name__ == "__main__":
    main(find, sys.argv[1:])
