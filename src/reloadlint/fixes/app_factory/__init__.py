"""From a module with a global application to one with a factory."""
