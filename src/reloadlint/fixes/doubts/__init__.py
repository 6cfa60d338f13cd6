"""Why a cure may not hold: one module per kind of reason."""
