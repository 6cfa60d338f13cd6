"""RL401: what happens in the main guard before the application is run with the reloader."""

from __future__ import annotations

from reloadlint.rules.base import Rule
from reloadlint.rules.cures import CURES


class RunsTwiceUnderReloader(Rule):
    """Something is started in the main guard, before a run with the reloader on.

    ## What it does

    Follows the main guard of each script up to the call that runs the application with the reloader
    on, and reports what is still there by then, also what a factory called there has started.
    Left alone is what never meets such a run: it stands in the other branch of an `if`, or under
    `if not debug:` before `app.run(debug=debug)`.

    ## Why is this bad?

    `if __name__ == "__main__":` is no shelter: the reloader runs the script in a parent process
    and again in a child for every change. Everything before `app.run(debug=True)` happens in both.

    ## Known problems

    Where the reloader depends on something that isn't known, such as the environment, the finding
    is `likely`.

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

    ## Fix safety

    Safe where the run stands beside the start and says by itself what decides on the reloader.
    Unsafe where a thread that is no daemon would still keep a reload waiting, where something
    between start and run may need what is started, or where the end of the process calls it.
    """

    shared = CURES
    code = "RL401"
    name = "runs-twice-under-reloader"
