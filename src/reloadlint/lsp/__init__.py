"""The language server: the findings and fixes of `check` and `fix`, in an editor.

`engine`, `area` and `fixing` know nothing of the protocol; `server` ties them to it.
"""
