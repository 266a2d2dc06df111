"""Facts about who runs this instance, for the pages that the law asks for.

Everything comes from the environment; what is empty is shown as "à compléter", never invented.
"""

from dataclasses import dataclass

import environ


@dataclass(frozen=True)
class Operator:
    """Publisher, host and accessibility state of an instance.

    `rgaa_state` is one of the three the law knows: `totale`, `partielle`, `non`; without an audit
    only `non` can be claimed. `rgaa_rate` is the share of satisfied criteria, in percent.
    """

    publisher: str
    contact: str
    address: str
    phone: str
    director: str
    host: str
    dpo: str
    rgaa_state: str
    rgaa_rate: str
    rgaa_auditor: str
    rgaa_date: str

    @property
    def audited(self) -> bool:
        """Whether a state better than "non conforme" can be shown."""
        return bool(self.rgaa_auditor and self.rgaa_rate)

    @property
    def state(self) -> str:
        """The state that may be claimed."""
        return self.rgaa_state if self.audited and self.rgaa_state in {"totale", "partielle"} else "non"


def read(env: environ.Env, publisher: str, contact: str) -> Operator:
    """The operator as the environment describes it."""
    return Operator(
        publisher=publisher,
        contact=contact,
        address=env.str("OPERATOR_ADDRESS", ""),
        phone=env.str("OPERATOR_PHONE", ""),
        director=env.str("OPERATOR_DIRECTOR", ""),
        host=env.str("OPERATOR_HOST", ""),
        dpo=env.str("OPERATOR_DPO", contact),
        rgaa_state=env.str("RGAA_STATE", "non"),
        rgaa_rate=env.str("RGAA_RATE", ""),
        rgaa_auditor=env.str("RGAA_AUDITOR", ""),
        rgaa_date=env.str("RGAA_DATE", ""),
    )
