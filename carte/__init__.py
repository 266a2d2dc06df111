"""The map page, shared pages, partner maps and the commands that span apps."""
