"""What was checked of a fix, beyond what the rewriting itself makes sure of: the tests of the target, before and after."""
