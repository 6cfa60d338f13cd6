"""What the pages of the rules about effects have in common: which cure, and where it holds."""

from __future__ import annotations

CURES = {
    "Which cure, and where it holds": """\
- `g`, for a connection that requests must not share: opened at first use in an application
  context, closed by a teardown. It holds in every way of starting: `python app.py`, `flask run`,
  gunicorn with one worker or several, with and without `--preload`. Wrong for what is slow to open
  or goes on working after the request.
- `lazy`, for a thread-safe client or a device: made at first use under a lock, closed at exit. It
  holds in every way of starting, too; several workers have one each. Wrong for a connection that
  is not thread-safe, and where a thread that is no daemon belongs to it.
- `defer`, for a client with an argument like `connect=False`: the object stays where it is, and
  opens at its first use, under `--preload` after the fork. Wrong where loading already uses it.
- `pool`: the pool as with `lazy`, its connections as with `g`. Mind that several workers have a
  pool each.
- `guard`, for what works in the background or binds a port. In the main guard it holds for
  `python app.py` alone: neither `flask run` nor gunicorn gets there. With the first request it
  holds in every way of starting, but once in *each* worker, and not before somebody asks. What must
  be there once in all wants a program of its own.""",
    "Other advice": """\
flake8-bugbear's B008 warns of calls in default arguments, for another reason; where such a call
has an effect it is reported here, too, and taking it out of the default cures both. Guides for
serverless functions advise to open connections at module level, so that the next invocation finds
them: there one process serves one request at a time, nothing reloads and nothing forks. Code that
is also run by a server gets both from `lazy`.""",
}
