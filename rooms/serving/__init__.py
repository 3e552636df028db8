"""The bytes of photos, originals and archives: to members only, in the part they ask for, with flat memory."""
