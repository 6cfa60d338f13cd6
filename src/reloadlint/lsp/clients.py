"""What a client says it can do, asked in one place."""

from __future__ import annotations

from typing import Any

from lsprotocol import types


class Client:
    """The abilities of the client; what it doesn't say, it can't do."""

    def __init__(self, capabilities: types.ClientCapabilities) -> None:
        self._capabilities = capabilities

    @property
    def literals(self) -> bool:
        """Whether it takes code actions, and not commands alone."""
        return bool(self._at("text_document", "code_action", "code_action_literal_support"))

    @property
    def resolves(self) -> bool:
        """Whether it asks for an action's edit when it is chosen."""
        action = ("text_document", "code_action")
        properties = self._at(*action, "resolve_support", "properties") or ()
        return self.literals and "edit" in properties and bool(self._at(*action, "data_support"))

    @property
    def versions(self) -> bool:
        """Whether it takes edits with the versions of the documents that they are meant for."""
        return bool(self._at("workspace", "workspace_edit", "document_changes"))

    @property
    def pulls(self) -> bool:
        """Whether it asks for the diagnostics of open documents by itself."""
        return self._at("text_document", "diagnostic") is not None

    @property
    def refreshes(self) -> bool:
        """Whether it can be told to ask for them again."""
        return bool(self._at("workspace", "diagnostics", "refresh_support"))

    @property
    def related(self) -> bool:
        """Whether it shows what belongs to a diagnostic, elsewhere."""
        return bool(self._at("text_document", "publish_diagnostics", "related_information"))

    @property
    def watches(self) -> bool:
        """Whether it can be asked to tell which files change."""
        watched = ("workspace", "did_change_watched_files")
        return bool(self._at(*watched, "dynamic_registration"))

    @property
    def configures(self) -> bool:
        """Whether it answers questions about its settings."""
        return bool(self._at("workspace", "configuration"))

    @property
    def documents(self) -> bool:
        """Whether it can be asked to show a document."""
        return bool(self._at("window", "show_document", "support"))

    @property
    def markdown(self) -> bool:
        """Whether it draws Markdown in hovers."""
        formats = self._at("text_document", "hover", "content_format") or ()
        return types.MarkupKind.Markdown in formats

    def _at(self, *names: str) -> Any:
        value: Any = self._capabilities
        for name in names:
            value = getattr(value, name, None)
        return value
