"""How much one caller may ask: quotas by key or by network, counted in this process, told in `RateLimit` headers.

`guard.guard().admit(…)` is the one call; both the endpoints and any faster path in front of them make it. The fields are
those of draft-ietf-httpapi-ratelimit-headers-10, the refusal is RFC 6585 §4 with RFC 9457 (decision 0170).
"""
