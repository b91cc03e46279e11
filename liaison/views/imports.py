"""The import wizard."""

urlpatterns: list = []
