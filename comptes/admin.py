"""People in Django's administration."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from comptes.models import User

admin.site.register(User, UserAdmin)
