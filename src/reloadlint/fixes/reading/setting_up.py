"""Functions that set an application up: Flask takes no registration once it has served."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.tree import FunctionNode, last_name

RECORDING = frozenset({"record", "record_once"})
"""What has a blueprint call a function when it is registered."""

_MAKING = frozenset({"Blueprint"})
_REGISTERING = frozenset(
    {
        "add_url_rule", "register_blueprint", "register_error_handler", "add_resource",
        "add_namespace",
    }
)  # fmt: skip
_DECORATING = frozenset(
    {
        "route", "endpoint", "errorhandler", "app_errorhandler", "before_request",
        "before_app_request", "after_request", "after_app_request", "teardown_request",
        "teardown_app_request", "teardown_appcontext", "context_processor",
        "app_context_processor", "url_defaults", "app_url_defaults", "url_value_preprocessor",
        "app_url_value_preprocessor", "template_filter", "app_template_filter",
        "template_global", "app_template_global", "template_test", "app_template_test",
    }
)  # fmt: skip
_METHODS = frozenset({"get", "post", "put", "delete", "patch"})


def is_recorded(function: FunctionNode) -> bool:
    """Whether a blueprint calls a function when it is registered."""
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    return any(last_name(d.decorator) in RECORDING for d in decorators)


def recorded_application(function: FunctionNode | None) -> str | None:
    """The application in a function that a blueprint hands its state to: `state.app`."""
    if not isinstance(function, cst.FunctionDef) or not is_recorded(function):
        return None
    parameters = [*function.params.posonly_params, *function.params.params]
    return f"{parameters[0].name.value}.app" if parameters else None


def registers(function: FunctionNode) -> bool:
    """Whether a function itself registers something, or makes what will be registered."""
    if not isinstance(function, cst.FunctionDef):
        return False
    return any(_is_registration(node) for node in own_nodes(function.body))


def _is_registration(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        is_method = isinstance(node.func, cst.Attribute)
        return last_name(node) in _MAKING or (is_method and last_name(node) in _REGISTERING)
    if isinstance(node, cst.FunctionDef):
        return any(_is_hook(decorator.decorator) for decorator in node.decorators)
    return False


def _is_hook(node: cst.BaseExpression) -> bool:
    called = isinstance(node, cst.Call)
    name = node.func if isinstance(node, cst.Call) else node
    if not isinstance(name, cst.Attribute):
        return False
    return name.attr.value in _DECORATING or (called and name.attr.value in _METHODS)
