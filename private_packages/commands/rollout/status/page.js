
"use strict";
(() => {
  const table = document.getElementById("instances");
  if (!table) return;
  const find = document.getElementById("find");
  const heads = [...table.tHead.rows[0].cells];
  const height = table.tBodies[0].rows.length; // rows in each tbody, as the page was written
  const chips = [...document.querySelectorAll("[data-state]")];
  const groups = [...document.querySelectorAll("li[data-group]")];
  const order = chips.map((chip) => chip.dataset.state);
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const number = (value) => value.toLocaleString("en");
  let state = "";
  let group;

  function lay(shown) {
    const bodies = [];
    for (let first = 0; first < shown.length; first += height) {
      const body = document.createElement("tbody");
      body.setAttribute("role", "rowgroup");
      body.append(...shown.slice(first, first + height).map(({ row }) => row));
      bodies.push(body);
    }
    table.replaceChildren(table.tHead, ...bodies);
  }

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = rows.filter(
      ({ row, text }) =>
        (!state || row.className === state) &&
        (group === undefined || row.dataset.group === group) &&
        words.every((word) => text.includes(word)),
    );
    lay(matching);
    const shown = matching.length;
    document.getElementById("shown").value =
      shown === rows.length ? `${number(shown)} shown` : `${number(shown)} of ${number(rows.length)} shown`;
    document.getElementById("nothing").hidden = shown > 0;
    press(chips, (chip) => chip.dataset.state === state);
    press(groups, (card) => card.dataset.group === group);
  }

  function press(parents, isPressed) {
    for (const parent of parents) {
      parent.querySelector("button").setAttribute("aria-pressed", String(isPressed(parent)));
    }
  }

  function button(parent, content, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...content);
    made.addEventListener("click", act);
    parent.append(made);
  }

  const collator = new Intl.Collator("en", { numeric: true });

  function sort(column) {
    const head = heads[column];
    const direction = head.ariaSort === "ascending" ? -1 : 1;
    for (const entry of rows) {
      entry.key =
        head.className === "status" ? String(order.indexOf(entry.row.className)) : entry.row.cells[column].textContent;
    }
    // What is empty comes last.
    rows.sort(
      (first, second) =>
        (first.key === "") - (second.key === "") || direction * collator.compare(first.key, second.key),
    );
    for (const other of heads) other.removeAttribute("aria-sort");
    head.ariaSort = direction === 1 ? "ascending" : "descending";
    filter();
  }

  heads.forEach((head, column) => button(head, [...head.childNodes], () => sort(column)));
  for (const chip of chips) {
    button(chip, [...chip.childNodes], () => {
      state = chip.dataset.state;
      group = undefined;
      if (!state) find.value = "";
      filter();
    });
  }
  for (const card of groups) {
    button(card.lastElementChild, ["Show only these"], () => {
      group = group === card.dataset.group ? undefined : card.dataset.group;
      state = "";
      filter();
      if (group !== undefined) document.getElementById("accounts-title").scrollIntoView();
    });
    // Where buttons are listed without what stands around them, their names tell them apart.
    card.querySelector("button").ariaLabel = `Show only these: ${card.querySelector("h3").textContent}`;
  }
  find.addEventListener("input", filter);
  const tools = document.getElementById("tools");
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  filter();
})();
