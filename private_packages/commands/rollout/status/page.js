
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const table = byId("instances");
  const heads = [...table.tHead.rows[0].cells];
  const height = table.tBodies[0]?.rows.length; // rows in each tbody, as the page was written
  const find = byId("find");
  const status = byId("status");
  const everything = byId("all");
  const groups = [...document.querySelectorAll("button[data-group]")];
  const order = [...status.options].map((option) => option.value);
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    status: row.className,
    group: row.dataset.group,
  }));
  let group;

  function lay(shown) {
    const bodies = [];
    for (let first = 0; first < shown.length; first += height) {
      const body = document.createElement("tbody");
      body.setAttribute("role", "rowgroup");
      body.append(...shown.slice(first, first + height).map(({ row }) => row));
      bodies.push(body);
    }
    for (const body of [...table.tBodies]) body.remove();
    table.append(...bodies);
  }

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = rows.filter(
      (row) =>
        (!status.value || row.status === status.value) &&
        (group === undefined || row.group === group) &&
        words.every((word) => row.text.includes(word)),
    );
    lay(matching);
    const shown = matching.length;
    byId("shown").value =
      shown === rows.length
        ? `${rows.length.toLocaleString("en")} shown`
        : `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
    byId("nothing").hidden = shown > 0;
    everything.hidden = shown === rows.length;
    for (const button of groups) button.setAttribute("aria-pressed", String(button.dataset.group === group));
  }

  const collator = new Intl.Collator("en", { numeric: true });
  const compare = (first, second) => {
    if (first === second) return 0;
    if (first === "" || second === "") return first === "" ? 1 : -1;
    return collator.compare(first, second);
  };

  function sort(column) {
    const head = heads[column];
    const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const isStatus = head.className === "status";
    for (const entry of rows) {
      entry.key = isStatus ? order.indexOf(entry.status) : entry.row.cells[column].textContent;
    }
    rows.sort((first, second) =>
      direction * (isStatus ? first.key - second.key : compare(first.key, second.key)),
    );
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    filter();
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  for (const button of groups) {
    button.hidden = false;
    button.addEventListener("click", () => {
      group = group === button.dataset.group ? undefined : button.dataset.group;
      filter();
      if (group !== undefined) byId("instances-title").scrollIntoView({ block: "start" });
    });
  }
  everything.addEventListener("click", () => {
    find.value = status.value = "";
    group = undefined;
    filter();
    find.focus();
  });
  find.addEventListener("input", filter);
  status.addEventListener("change", filter);
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("tools").hidden = false;
  filter();
})();
