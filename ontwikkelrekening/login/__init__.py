"""What every login has in common: a broker that says who somebody is, and how long we believe it."""
