"""Ideas of the lesson, asked with a letter: which curve, what is left of a gradient, which remedy, which output."""

from __future__ import annotations

from coursekit.exercises.quiz import quiz

quiz_curve = quiz(
    "activations.quiz_curve",
    "Which curve is it?",
    "A curve goes through 0 at z = 0. It is steepest there, with slope 1, and nearly flat for z > 5 as well as"
    " for z < -5. Which function is it?",
    {
        "a": ("the sigmoid", "the sigmoid is ½ at z = 0, and its slope there is ¼"),
        "b": ("tanh", None),
        "c": ("ReLU", "ReLU is flat on the left alone; on the right its slope stays 1"),
        "d": (
            "ELU with alpha = 1",
            "ELU is nearly flat far to the left alone; on the right its slope stays 1",
        ),
    },
    hints=("Which of the four are flat on both sides? Of those, which one is 0 at 0?",),
)

quiz_saturation = quiz(
    "activations.quiz_saturation",
    "Ten sigmoids in a row",
    "A gradient goes back through ten sigmoids in a row; all the weights on the way are 1. How much of it can"
    " arrive at most?",
    {
        "a": ("a quarter", "a quarter is what one sigmoid lets through; each of the ten multiplies"),
        "b": ("a fortieth", "the factors of a chain are multiplied, not added: ¼ · ¼ · … ten times"),
        "c": ("about a millionth", None),
        "d": (
            "all of it, where no unit is saturated",
            "even at z = 0, where the sigmoid is steepest, its slope is ¼, and each layer multiplies by it",
        ),
    },
    hints=("σ′ is at most ¼. The chain rule multiplies one such factor for each layer.",),
)

quiz_dying = quiz(
    "activations.quiz_dying",
    "Units that give 0 always",
    "In a hidden layer of ReLU units, 40 % give 0 for every training example. Which change lets such units"
    " learn again?",
    {
        "a": (
            "train for more epochs",
            "the gradient of a unit that is 0 for every example is 0, so further epochs leave it as it is",
        ),
        "b": (
            "a larger learning rate",
            "the rate multiplies a gradient that is 0; and too large a step is what often kills a unit",
        ),
        "c": (
            "the step in place of ReLU",
            "the derivative of the step is 0 on both sides, so no unit would learn",
        ),
        "d": ("leaky ReLU in place of ReLU", None),
    },
    hints=("A unit learns by its gradient. What is the slope of each function on the left of 0?",),
)

quiz_output = quiz(
    "activations.quiz_output",
    "Tags for a photo",
    "A photo may show a dog, a beach, snow: none of 20 tags, one, or several. Which output layer and loss?",
    {
        "a": (
            "20 units, softmax, cross-entropy",
            "softmax makes the tags compete: their probabilities sum to 1, so two tags cannot both be near 1",
        ),
        "b": ("20 units, a sigmoid each, binary cross-entropy", None),
        "c": (
            "20 linear units, mean squared error",
            "each tag is a yes or a no, and linear units give numbers without limits in place of probabilities",
        ),
        "d": (
            "1 unit, sigmoid, binary cross-entropy",
            "one unit answers one question; here there are 20, each with an answer of its own",
        ),
    },
    hints=("Ask whether one answer excludes the others. If not, each tag is a question of its own.",),
)
