"""Photos of features: the abstract model, derivatives, what is removed before publication."""
