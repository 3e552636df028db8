"""Every change that others must see, each in one transaction with its event in the journal."""
