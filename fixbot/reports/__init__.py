"""SHOW: what a run found and changed, for people (terminal, diff) and for programs (JSON)."""
