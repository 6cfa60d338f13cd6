"""Strategies `lazy`, `defer` and `pool`: one instance per process, made at first use."""
