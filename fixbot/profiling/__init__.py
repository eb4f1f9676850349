"""MEASURE: what a service costs (latency, memory, loop stalls, outgoing calls, cold start), and one revision beside another."""
