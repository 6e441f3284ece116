"""Who may come in and when, while more people come than can be helped at once."""
