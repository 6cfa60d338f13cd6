"""What loading a module does: effects, each with the chain of places that leads to it."""
