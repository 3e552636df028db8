from django.db import migrations, models

from salon.concurrently import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("rooms", "0004_rooms_alive")]

    operations = [
        AddIndexOnline(
            model_name="photo",
            index=models.Index(condition=models.Q(('removed_at', None)), fields=['room', 'added_seq'], name='photos_unread'),
        ),
    ]
