"""What a command tells: progress in a notebook is one output that is replaced; no text orders a terminal."""

import json

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from coursekit import console

WORKS = """
import time
from coursekit import console
console.WAIT = console.PAUSE_IN_NOTEBOOK = 0
with console.progress("MNIST", 2.0, " MB") as advance:
    advance(0.5)
    time.sleep(0.01)
    advance(1.5)
with console.progress("hidden", 3, shown=False) as advance:
    advance(3)
"""


def test_progress_in_a_notebook_is_one_output_that_is_replaced():
    notebook = new_notebook(cells=[new_code_cell(WORKS)])
    seen = []
    client = NotebookClient(notebook, kernel_name="python3")
    original = client.process_message

    def note(message, cell, index):
        if message["msg_type"] in ("display_data", "update_display_data", "stream"):
            seen.append(message["content"].get("data", message["content"]).get("text/plain"))
        return original(message, cell, index)

    client.process_message = note
    client.execute()
    (output,) = notebook.cells[0].outputs
    assert output["data"]["text/plain"] == "MNIST: done"
    assert seen[0].startswith("MNIST: 0 of 2 MB, about ")
    assert seen[1].startswith("MNIST: 2 of 2 MB, about 0 s left")
    nbformat.validate(notebook)


def test_no_text_gives_the_terminal_an_order(capsys):
    name = "\x1b]0;title\x07 \x9b2J\r\u202egnp.exe\tá"
    console.say(name)
    console.complain(name)
    console.table(("student",), [(f"{name}\nGraded: 100",)])
    out, err = capsys.readouterr()
    assert not [letter for letter in out + err if not letter.isprintable() and letter not in "\n\t"]
    assert "\\u001b]0;title" in err
    assert "á Graded: 100" in out
    assert json.loads(console.visible(json.dumps({"name": name}, ensure_ascii=False))) == {"name": name}
