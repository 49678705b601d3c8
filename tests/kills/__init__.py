"""Real processes, killed: what was acknowledged is kept, and nothing happens twice.

A worker process works on a real database and talks HTTP to a practice shop and a practice
Klarna that live in another process and are never killed. It is killed with SIGKILL, at every
named point and at random. Klarna's own record, the shop's own record and the journal are
compared at the end.
"""
