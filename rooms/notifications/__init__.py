"""What people are told outside of a room: in their list, on their devices, by mail. All of it is read from the journal.

`fold` turns events into notifications, `settle` pushes what is over, `digest` mails what stayed unread. The worker goes the round.
"""
