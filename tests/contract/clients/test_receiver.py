"""The receiver of the guide against what is sent by others."""

import pytest
import receiver

SECRET = "whsec_c2VjcmV0"


@pytest.mark.parametrize("signature", ["", "v1,abc", "v1,é", "v2,\xff v1,abc"])
def test_what_is_not_signed_is_refused_whatever_it_says(signature):
    headers = {"webhook-id": "m", "webhook-timestamp": "1000", "webhook-signature": signature}
    with pytest.raises(ValueError, match="not signed"):
        receiver.verify(SECRET, headers, b"{}", now=1000)
