"""The larger parts of shared-clients: how a block uses its client, what the client is made with, who closes it."""
