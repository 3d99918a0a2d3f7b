"""`python -m gateway --role all|api|worker`, `python -m gateway migrate`."""

import sys

from gateway.service import SERVICE
from shared.serve.run import main

if __name__ == "__main__":
    main(lambda _: SERVICE, ["gateway", *sys.argv[1:]])
