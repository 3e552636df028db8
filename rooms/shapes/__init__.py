"""What leaves Salon: the shapes of the API, which the journal carries too. docs/protocol.md describes them."""
