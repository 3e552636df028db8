"""One file that holds a Salon: its rows, its photos and its keys, as they were at one moment (decision 16)."""
