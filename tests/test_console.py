"""Progress in a notebook: an output that is replaced, and nothing on stderr."""

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

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
