"""The partners' page: compose an address and take its code, the state of the feeds, keys, what changes."""
