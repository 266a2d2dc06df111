"""People who sign in. What they may do follows from their memberships (`parcs.Adhesion`)."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person, or the account of a machine; declared before the first migration."""

    email = models.EmailField(_("adresse électronique"), blank=True)
    language = models.CharField(
        _("langue"), max_length=2, default="fr", choices=[("fr", "Français"), ("en", "English"), ("nl", "Nederlands")]
    )

    is_demo = models.BooleanField(_("compte de démonstration"), default=False, editable=False)

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
