"""What `manage.py doctor` and the admin's page look at: each check says what it saw and, where something is wrong, the line to change."""
