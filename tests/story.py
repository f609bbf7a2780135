"""Compute the story of the first page anew: python tests/story.py > assets/story.json"""

import json

import inference
from explain import explain
from explain.panels.story import Story

MODEL, EXAMPLE, QUESTION = "sms-spam", 0, "Would you let this message through?"


def story() -> Story:
    """The case as the product itself answers and explains it now."""
    task = inference.load(MODEL)
    inputs = task.demo.examples[EXAMPLE].inputs
    task.predict(inputs)  # the first one pays for what all later ones find ready
    answer = task.predict(inputs)
    return Story(QUESTION, EXAMPLE, answer, explain(task, inputs, task.target(answer.prediction)))


if __name__ == "__main__":
    print(json.dumps(story().to_json(), indent=1, ensure_ascii=False))
