"""Answers that are held to a form: do calls and JSON hold what was demanded, and what does the mask cost?"""
