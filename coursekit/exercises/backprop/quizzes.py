"""Questions about ideas: the sign, the argument, sum or mean, old weights, and who uses a gradient."""

from __future__ import annotations

from coursekit.exercises.quiz import quiz

quiz_sign = quiz(
    "backprop.quiz_sign",
    "The minus of the cross-entropy",
    "A program descends J = mean(t log y + (1 - t) log(1 - y)), without the minus. What happens to the right answers?",
    {
        "a": (
            "They become more likely, as they should.",
            "going down makes log y smaller, and y with it: the right answer becomes less likely",
        ),
        "b": ("They become less and less likely.", None),
        "c": (
            "Nothing: without the minus the gradient is 0.",
            "the minus turns the gradient around; without it, it is as long as before",
        ),
        "d": (
            "They become more likely, and only the number printed as the loss is negative.",
            "the gradient of J is turned around too, and the weights follow the gradient",
        ),
    },
    hints=("For t = 1 this J is log y. Where does it go when it is descended, and y with it?",),
)

quiz_argument = quiz(
    "backprop.quiz_argument",
    "The derivative, in terms of what",
    "A sigmoid unit has put out s = 0.8. What is its derivative dσ/da at this point?",
    {
        "a": (
            "σ(0.8) (1 - σ(0.8)) = 0.214",
            "0.8 is the output already; this puts it through the sigmoid again",
        ),
        "b": ("0.8 · 0.2 = 0.16", None),
        "c": ("0.25", "that is the slope at a = 0, where s = 0.5, the largest there is"),
        "d": ("1 - 0.8² = 0.36", "that is the derivative of tanh in terms of its output"),
    },
    hints=("In terms of the output s the derivative is s (1 - s).",),
    core=False,
)

quiz_batch = quiz(
    "backprop.quiz_batch",
    "Sum or mean",
    "J is the sum of the losses over the batch. The batch grows from 32 to 64 examples of the same kind; the learning "
    "rate stays. How long is a step now?",
    {
        "a": ("About as long as before.", "that is so for the mean; the sum has twice as many terms"),
        "b": ("About half as long.", "nothing is divided by the number of examples in a sum"),
        "c": ("About twice as long.", None),
    },
    hints=("The gradient of a sum is the sum of the gradients, one an example.",),
    core=False,
)

quiz_old_weights = quiz(
    "backprop.quiz_old_weights",
    "Which weights the way back uses",
    "The gradient by w₁ in the first layer needs w₅ of the second layer. An update has just been computed for w₅. "
    "Which value belongs into the gradient by w₁?",
    {
        "a": (
            "The new w₅: it is the better one.",
            "the error was made with the old weights; with the new ones it would be another error",
        ),
        "b": ("The old w₅, with which the outputs were computed.", None),
        "c": (
            "Either: w₅ cancels in the chain rule.",
            "w₅ is a factor on the way from w₁ to the loss, and it does not cancel",
        ),
    },
    hints=("A gradient belongs to one point: all derivatives are taken at the weights that forward used.",),
    core=False,
)

quiz_roles = quiz(
    "backprop.quiz_roles",
    "Who computes, who updates",
    "Which of these is done by backpropagation itself?",
    {
        "a": (
            "Moving the weights downhill.",
            "that is what the optimizer does, with the gradients it is given",
        ),
        "b": ("Choosing how long a step is.", "that is the learning rate, chosen by a person or a schedule"),
        "c": ("Computing the derivative of the loss by every weight.", None),
        "d": (
            "Finding the best weights in one pass.",
            "one pass gives the slope at one point; training repeats pass and update many times",
        ),
    },
    hints=("The same gradients can be handed to plain descent, to momentum or to Adam.",),
    core=False,
)
