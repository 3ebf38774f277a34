from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "samskab.civic.foundation.accounts"
    label = "accounts"
