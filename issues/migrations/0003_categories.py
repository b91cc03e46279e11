"""The field's usual categories of problems."""

from django.db import migrations

CATEGORIES = (
    ("labour", "用工"),
    ("land", "用地"),
    ("power", "用电"),
    ("water", "用水"),
    ("gas", "用气"),
    ("telecom", "通信"),
    ("traffic", "交通"),
    ("environment", "环境"),
    ("education", "教育"),
    ("medical", "医疗"),
    ("housing", "住房"),
    ("finance", "融资"),
    ("market", "市场"),
    ("approval", "审批"),
    ("policy", "政策兑现"),
    ("other", "其他"),
)


def add(apps, schema_editor):
    Category = apps.get_model("issues", "Category")
    for position, (code, name) in enumerate(CATEGORIES, start=1):
        Category.objects.update_or_create(code=code, defaults={"name": name, "position": position})


def remove(apps, schema_editor):
    apps.get_model("issues", "Category").objects.filter(code__in=[code for code, _ in CATEGORIES]).delete()


class Migration(migrations.Migration):
    replaces = [("issues", "0003_numbers_and_categories")]
    dependencies = [("issues", "0002_guards")]

    operations = [migrations.RunPython(add, remove)]
