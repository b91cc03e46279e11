from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "liaison"
    verbose_name = "平台"

    def ready(self) -> None:
        """Give pages and commands the broker that workers listen on, whoever started the process."""
        from liaison import celery

        celery.app.set_default()
