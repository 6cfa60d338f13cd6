"""The language server: the findings and fixes of `check` and `fix`, in an editor.

These know nothing of the protocol: `session` has the `areas` of the client's folders, each `area`
is analysed as a whole with the texts that aren't saved yet, and `glance` says what one change means
until that is done; `wanted` and `fixing` work out what an action changes; `schedule` says when, and
a `worker` does it in a thread of its own.

`features`, `actions`, `explaining` and `pulling` answer the client; `server` is what they share.
`offers` says what can be done at a place, `workspace_edits` makes edits of what is to be changed,
`publishing` sends diagnostics, and `clients` knows what the client can do.
"""
