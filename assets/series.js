// A series to enter: its numbers in a table, and the same as CSV to paste or to open. `props.value` is the CSV; Gradio
// runs this once for each such field, with `element`, `props`, `trigger` and `watch`. No requests.

const { about } = props, many = about.columns.length > 1;
const names = [...(about.calendar ? ["date"] : []), ...about.columns.map((column) => column.name)];
const titles = [...(about.calendar ? ["Date"] : []), ...about.columns.map((column) => column.title)];

function made(tag, attributes = {}, ...children) {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
}

const text = made("textarea", { rows: many ? 9 : 12, spellcheck: false, ariaLabel: `${about.label}, as CSV` });
const file = made("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv,text/plain", ariaLabel: "Open a CSV file" });
const body = made("tbody");
const table = made("table", {}, made("thead", {}, made("tr", {}, ...titles.map((title) => made("th", { scope: "col", textContent: title })))), body);
const grid = made("div", { className: "grid", tabIndex: 0, role: "region", ariaLabel: `${about.label}, as a table` }, table);
const opener = made("label", { className: "open" }, "Open a CSV file ", file);
const sheet = many ? made("details", {}, made("summary", { textContent: "Paste or open a CSV" }), text, opener) : made("div", {}, text, opener);

element.replaceChildren(made("fieldset", { className: "series" }, made("legend", { textContent: about.label }),
    made("p", { textContent: about.description }), ...(many ? [grid] : []), sheet));

// Rows of cells in the table's order; null where the text is no such table, as the server will say.
function cells(csv) {
    if (!csv.trim()) return Array.from({ length: about.length }, () => names.map(() => "")); // to be filled in
    const lines = csv.trim().split(/\r?\n/).filter((line) => line.trim());
    const mark = ["\t", ";", ","].find((each) => (lines[0] ?? "").includes(each)) ?? ",";
    const [head, ...rows] = lines.map((line) => line.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
    const low = (head ?? []).map((name) => name.toLowerCase());
    const places = names.map((name, i) => [name, titles[i], titles[i].replace(/ \([^)]*\)$/, "")].map((each) => low.indexOf(each.toLowerCase())).find((at) => at >= 0));
    if (places.includes(undefined) || rows.some((row) => row.length !== head.length)) return null;
    return rows.map((row) => places.map((place) => row[place]));
}

function draw(csv) {
    if (!many) return;
    const rows = cells(csv);
    grid.hidden = rows === null;
    if (rows === null) sheet.open = true;
    const first = Math.max(0, (rows ?? []).length - about.length);
    const numbers = (row, i) => row.map((cell, j) => made("td", {}, made("input", {
        value: cell, inputMode: names[j] === "date" ? "text" : "decimal", ariaLabel: `${titles[j]}, ${names[0] === "date" ? row[0] : i + 1}`,
        oninput: (event) => {
            rows[first + i][j] = event.target.value;
            say([names, ...rows].map((each) => each.join(",")).join("\n"), false);
        },
    })));
    body.replaceChildren(...(rows ?? []).slice(first).map((row, i) => made("tr", {}, ...numbers(row, i))));
}

let said = null;

function say(csv, anew = true) {
    said = csv;
    if (text.value !== csv) text.value = csv;
    if (anew) draw(csv);
    props.value = csv;
    trigger("input");
}

function show() {
    if (props.value === said) return;
    said = text.value = props.value ?? "";
    draw(said);
}

text.addEventListener("input", () => say(text.value));
file.addEventListener("change", async () => {
    if (!file.files.length) return;
    say(await file.files[0].text());
    file.value = ""; // so that the same file can be opened again
});
watch("value", show);
show();
