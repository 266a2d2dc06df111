"""What waits for changes: one listener a process, and a bounded number of readers that it wakes."""
