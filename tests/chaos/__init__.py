"""The whole system under kill -9, frozen leaders and cut connections, and what must hold afterwards.

`system` starts the real thing, `load` acts on it through the gateway and keeps a journal, `faults` breaks it, `rest`
waits until everything has arrived, `evidence` reads databases and log, `folds` and `checks` compare.
`python -m tests.chaos`.
"""
