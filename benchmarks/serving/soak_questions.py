"""What is asked in the soak, under three system prompts that all models share."""

from __future__ import annotations

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

QUESTIONS = {
    "What colour is the sky?": "The sky is blue.",
    "Name a fruit.": "An apple is a fruit.",
    "How many legs has a spider?": "A spider has eight legs.",
    "What do bees make?": "Bees make honey.",
    "Where does the sun rise?": "The sun rises in the east.",
    "What is frozen water called?": "Frozen water is ice.",
    "Which day follows Monday?": "Tuesday follows Monday.",
    "What does a clock show?": "A clock shows the time.",
    "Count from one to twelve, twice.": f"{', '.join(_NUMBERS * 2)}.",
    "Name the seasons and what each brings.": (
        "Spring brings flowers and rain. Summer brings long days and heat. Autumn brings red leaves and fruit. "
        "Winter brings snow and short days."
    ),
}
"""Question → what is said between the two signatures."""

_ROOMS = ("kitchen", "hall", "study", "cellar", "attic", "garden", "workshop", "library", "pantry", "porch", "stable")

SYSTEM_PROMPTS = (
    "Answer in one sentence.",
    "You are the porter of an old house. Visitors ask you simple things. Be polite, be brief, and never guess: "
    "where you do not know an answer, say so and name somebody who might.",
    "You are the porter of an old house. These are its rules.\n"
    + "\n".join(
        f"{number}. In the {room}, lights go out at {6 + number % 6} in the evening, and whoever leaves last shuts the "
        f"door, hangs up key {number * 7} and writes the hour into the book."
        for number, room in enumerate(_ROOMS, 1)
    ),
)
"""A short, a middling and a long one."""
TRAINED_PROMPTS = SYSTEM_PROMPTS[:2]
"""Those that the tuned models have seen."""
