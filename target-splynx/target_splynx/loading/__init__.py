"""Loading: the plan is carried out, each write journalled before it leaves."""
