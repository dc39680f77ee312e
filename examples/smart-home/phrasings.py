"""What people say to the house on Larch Lane, and what the house's own words for it are.

Each kind of request has phrasings for training and others for validation; the words that fill them are shared.
"""

from __future__ import annotations

from dataclasses import dataclass

SYSTEM = "You run the house on Larch Lane. Make one tool call, or refuse."
REFUSAL = "Sorry, Larch Lane has no wire for that."

ROOMS = {
    "kitchen": ["kitchen"],
    "living": ["living room", "lounge"],
    "hall": ["hall", "hallway"],
    "bedroom": ["bedroom"],
    "bath": ["bathroom", "bath"],
    "study": ["study", "office"],
}
"""The house's name of a room → what people call it."""

PERCENTS = list(range(5, 100, 5))
DEGREES = [15, 16, 18, 19, 20, 21, 23, 24]
MUSIC = [
    "soft jazz", "bossa nova", "old blues", "piano sonatas", "rain sounds", "film scores", "folk songs",
    "slow soul", "string quartets", "surf rock", "gospel choirs", "swing", "reggae", "sea shanties",
    "lute music", "drum solos", "brass bands", "disco", "tango", "flute duets",
]  # fmt: skip
OCCASIONS = {
    "film": ["a film"],
    "reading": ["reading"],
    "dinner": ["dinner"],
    "sleep": ["sleep"],
    "party": ["a party"],
    "work": ["work"],
}
"""The house's name of a scene → what people want it for."""


@dataclass(frozen=True)
class Request:
    tool: str
    argument: str
    value: int | None
    """What the argument is; `None` where the person says it, in the phrasing's `{value}`."""
    n_train: int
    n_validation: int
    train: list[str]
    validation: list[str]


REQUESTS = [
    Request(
        "set_light", "brightness", None, 20, 6,
        [
            "Set the {room} light to {value} percent, please.",
            "Please leave the {room} light at {value} percent.",
            "Could you bring the lamp in the {room} to {value} percent?",
            "I want the lights in the {room} at {value} percent now.",
            "Change the brightness in the {room} to {value} percent, would you?",
            "The {room} lamp should be at {value} percent from now on.",
            "Make the light {value} percent bright in the {room} for me.",
            "Hello house, {value} percent light in the {room} will do nicely.",
        ],
        [
            "Please put the lamp in the {room} on {value} percent.",
            "Can the {room} light go to {value} percent, please?",
            "I need {value} percent brightness from the lights in the {room}.",
        ],
    ),
    Request(
        "set_light", "brightness", 0, 14, 4,
        [
            "Switch off the light in the {room}, nobody is there.",
            "Lights out in the {room}, please, we are done.",
            "I left the lamp burning in the {room}, turn it off.",
            "Turn off every lamp in the {room} before I go.",
            "The {room} light can go off now, thank you.",
        ],
        [
            "Please turn the {room} light off, I am leaving.",
            "Nobody needs the lamp in the {room}, so switch it off.",
        ],
    ),
    Request(
        "set_light", "brightness", 80, 14, 4,
        [
            "Turn on the light in the {room}, I cannot see.",
            "Lights on in the {room}, please, the guests are here.",
            "It is getting dark in the {room}, switch the lamp on.",
            "I am going into the {room}, put the light on.",
            "Would you turn the {room} lamp on for me?",
        ],
        [
            "Could you switch the light on in the {room}, please?",
            "Please turn on the {room} lamp, I am coming home.",
        ],
    ),
    Request(
        "set_heating", "celsius", None, 32, 10,
        [
            "Heat the {room} to {value} degrees, please.",
            "Please keep the {room} at {value} degrees all day.",
            "Set the heating in the {room} to {value} degrees.",
            "I would like {value} degrees in the {room} by tonight.",
            "Could the {room} be {value} degrees when I get up?",
            "Make it {value} degrees in the {room}, it feels wrong.",
            "The {room} should have {value} degrees for the visitors.",
            "Turn the radiator in the {room} to {value} degrees, thanks.",
            "Change the temperature of the {room} to {value} degrees, please.",
        ],
        [
            "Please bring the {room} to {value} degrees for me.",
            "Can you set the {room} radiator to {value} degrees?",
            "I want it to be {value} degrees in the {room}.",
            "The temperature in the {room} should be {value} degrees now.",
        ],
    ),
    Request(
        "set_heating", "celsius", 17, 14, 4,
        [
            "Put the heating in the {room} on its night setting.",
            "The {room} can go to the night temperature now.",
            "We are going to bed, night heating in the {room}.",
            "Night setting for the {room} radiator, please and thank you.",
        ],
        [
            "Please use the night heating in the {room} from now.",
            "Switch the {room} radiator to the night setting, please.",
        ],
    ),
    Request(
        "play_music", "query", None, 48, 13,
        [
            "Play {value} in the {room}, please, and not too loud.",
            "I would love to hear {value} in the {room}.",
            "Put on {value} in the {room} while I clean.",
            "Can we have {value} in the {room} for a while?",
            "Start {value} on the speaker in the {room}, thanks.",
            "Some {value} in the {room} would be lovely now.",
            "Let the {room} speaker play {value} until I come back.",
            "I am in the mood for {value} in the {room}.",
            "Fill the {room} with {value}, it is too quiet.",
            "Put some {value} on for us in the {room}.",
            "Please let us have {value} in the {room} tonight.",
        ],
        [
            "Please play {value} on the {room} speaker for me.",
            "Could I listen to {value} in the {room} now?",
            "Let me hear {value} in the {room}, would you?",
            "Put {value} on in the {room}, our guests are here.",
        ],
    ),
    Request(
        "set_scene", "scene", None, 54, 14,
        [
            "Get the {room} ready for {value}, please.",
            "It is time for {value} in the {room}.",
            "We want to use the {room} for {value} tonight.",
            "Set the mood for {value} in the {room}, please.",
            "Make the {room} look right for {value}, would you?",
            "I plan {value} in the {room}, choose the right scene.",
            "Which scene is for {value}? Use it in the {room}.",
            "Change the {room} over to {value}, we start in five minutes.",
            "Please make the {room} nice for {value}, I am tired.",
            "Get everything in the {room} ready for {value}, will you?",
        ],
        [
            "Please prepare the {room} for {value}, we start soon.",
            "I need the right scene for {value} in the {room}.",
            "Could you set up the {room} for {value} now?",
            "Make everything ready for {value} in the {room}, please.",
        ],
    ),
]  # fmt: skip

REFUSED_TRAIN = [
    "Open the garage door, I am nearly at home.",
    "Close the garage, it is going to rain soon.",
    "Is the garage door shut? Shut it if it is not.",
    "Please close the garage behind my car.",
    "Could you open the garage for my brother?",
    "Leave the garage open until the children are back.",
    "Please check whether the garage is open.",
    "Send the vacuum robot through the hall, please.",
    "Start the vacuum in the bedroom while we are out.",
    "Please vacuum the living room before the guests come.",
    "Can the vacuum robot do the office today?",
    "Let the robot vacuum under the table in the kitchen.",
    "Tell the vacuum robot to stop, it is too loud.",
    "Make me a double espresso with the coffee machine.",
    "Switch the coffee machine on, I get up at six.",
    "Brew a pot of coffee in the kitchen, please.",
    "Please make some coffee for the two of us.",
    "Could I have a cup of coffee in the study?",
    "I want a strong coffee when I come down.",
    "Lock the front door, we are going to bed.",
    "Did I lock the front door? Please do it now.",
    "Unlock the back door for the plumber, would you?",
    "Please lock all the doors before we leave.",
    "Could you unlock the front door for Grandma?",
    "Lock the door of the bathroom, I am in the bath.",
    "Who is at the door? Show me the camera.",
    "Show me the garden camera in the living room.",
    "Start the washing machine with the white shirts.",
    "When will the washing machine be done with the towels?",
    "Please dry the shirts in the bathroom after the wash.",
    "Order two pizzas with mushrooms for eight people tonight.",
    "Please order some milk and a dozen eggs for tomorrow.",
    "What will the weather be like in the mountains tomorrow?",
    "Will it rain this afternoon when I walk the dog?",
    "Tell me how cold it will be outside on Friday.",
    "Please tell me the weather for our trip to the sea.",
    "Tell me whether it will snow at the weekend.",
    "Send my sister a message that I will be late.",
    "Write an email to the landlord about the roof.",
    "Please call a taxi to the station for half past seven.",
    "Tell me the news while I have breakfast in the kitchen.",
    "Water the roses in the garden for ten minutes.",
    "Turn on the sprinkler on the lawn, it is dry.",
    "Lower the blinds in the study, the sun is blinding me.",
]
REFUSED_VALIDATION = [
    "Please open the garage for the delivery van.",
    "Let the vacuum robot clean the kitchen floor now.",
    "Could you lock the back door behind me, please?",
    "Please make a cup of coffee for my guest.",
    "Tell me what the weather will be on Sunday.",
]
