"use strict";
// On paper nothing can be opened.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
// Tables sort by a click on a heading and show the rows that contain a text. Without this script they are plain tables.
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  const text = (row, column) => (row.cells[column] ? row.cells[column].textContent.trim() : "");
  const number = (value) => (/^[+-]?[\d,]+(\.\d+)?( s| %)?$/.test(value) ? parseFloat(value.replace(/,/g, "")) : NaN);
  const compare = (one, other) => {
    const [a, b] = [number(one), number(other)];
    if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
    if (Number.isNaN(a) !== Number.isNaN(b)) return Number.isNaN(a) ? -1 : 1;
    return one.localeCompare(other, undefined, { numeric: true });
  };
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(text(a, column), text(b, column)) * (down ? -1 : 1));
      body.append(...rows);
    });
  });
  if (body.rows.length > 5) {
    const label = document.createElement("label");
    label.className = "filter";
    label.append("Show rows with");
    const input = document.createElement("input");
    input.type = "search";
    label.append(input);
    const place = table.closest(".scroll") || table;
    place.before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.toLocaleLowerCase();
      for (const row of body.rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    });
  }
}
