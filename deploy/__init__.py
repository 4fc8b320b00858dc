"""Set-up, checks and servers of the tests. Run by the system's Python: standard library only."""
