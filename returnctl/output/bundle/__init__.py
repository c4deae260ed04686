"""The case file of a return: a page for people, machine files, evidence, and what checks them all."""
