"""Parks and who looks after them: authorities, memberships, communes."""
