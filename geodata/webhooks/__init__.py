"""Changes sent to the address of a partner: a subscription is a place in the feed, so nothing is missed or leaks."""
