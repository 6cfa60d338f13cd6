"""Runs a program and notes what loading it really starts, and what a reload does to that.

`loading.trace_load` and `reloading.trace_reloads` return a `records.Trace`. The program runs in
processes of its own, under the project's interpreter, with `probe/` inside; none of them is left
when these functions return. This room knows nothing of the analysis.
"""
