"""RL401: what happens in the main guard before the application is run with the reloader."""

from __future__ import annotations

from reloadlint.rules.base import Rule


class RunsTwiceUnderReloader(Rule):
    """Something is started in the main guard, before a run with the reloader on.

    ## Why is this bad?

    `if __name__ == "__main__":` is no shelter: the reloader runs the script in a parent process
    and again in a child for every change. Everything before `app.run(debug=True)` happens in both.

    ## Example

    ```python
    if __name__ == "__main__":
        scheduler.start()
        app.run(debug=True)
    ```

    ## Use instead

    ```python
    DEBUG = True

    if __name__ == "__main__":
        if not DEBUG or is_running_from_reloader():
            scheduler.start()
        app.run(debug=DEBUG)
    ```
    """

    code = "RL401"
    name = "runs-twice-under-reloader"
