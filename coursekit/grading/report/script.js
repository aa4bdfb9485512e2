// A click on a column's head sorts the table by it; a second click turns the order round.
for (const head of document.querySelectorAll(".sorted thead th")) head.firstElementChild.addEventListener("click", () => {
  const body = head.closest("table").tBodies[0], place = head.cellIndex;
  const down = head.getAttribute("aria-sort") === "ascending";
  const key = row => { const cell = row.cells[place], text = cell.dataset.order ?? cell.textContent; return place ? Number(text) : text; };
  const rows = [...body.rows].sort((a, b) => place ? key(a) - key(b) : key(a).localeCompare(key(b)));
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...(down ? rows.reverse() : rows));
});
// A text that is ready to be sent, and those to whom.
for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    prompt("To copy:", button.dataset.copy); // where a browser gives a page of a file no clipboard
  }
});
