from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("issues", "0012_units_of_their_own")]

    operations = [migrations.RenameModel("DispatchMeeting", "Meeting")]
