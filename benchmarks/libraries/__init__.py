"""One process of clients for each library; the others run in an environment of their own."""
