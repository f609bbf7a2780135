// A history: a search box over thousands of items, and what was chosen as chips that can be rated and removed. It knows
// items by id, name and a few words more. Gradio calls this with `element`, `props`, `trigger` and `watch`; the value
// is a list of ids, or of {item, rating} where an item is rated, for an object would come in another order.

const OFFERED = 50; // of many matches; more are no help, and cost time

const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
};
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const items = props.items.map(([id, name, more]) => ({ id, name, more, key: plain(name), all: plain(`${name} ${more}`) }));
const byId = new Map(items.map((item) => [item.id, item]));
const own = `history-${Math.random().toString(36).slice(2)}`;

const box = make("input", {
    id: own, type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", enterkeyhint: "done",
    "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${own}-list`, "aria-describedby": `${own}-hint`,
});
const list = make("ul", { id: `${own}-list`, role: "listbox", "aria-label": props.label, hidden: "" });
const chips = make("ul", { class: "chips", "aria-label": `${props.label}: chosen` });
const said = make("p", { class: "said", role: "status" }); // its own: the page says there what the answer is
const say = (text) => (said.textContent = text);
const empty = make("button", { type: "button", class: "empty" }, "Remove all");
const label = make("label", { for: own }, props.label);
const hint = make("p", { id: `${own}-hint`, class: "hint" }, props.hint);
element.querySelector(".history").replaceChildren(label, hint, make("div", { class: "search" }, box, list), chips, empty, said);

let found = [], active = -1;
const chosen = () => (props.value ?? []).map((entry) => (typeof entry === "object" ? entry : { item: entry }));

function choose(entries) {
    props.value = entries.map((entry) => (entry.rating == null ? entry.item : entry));
    draw();
    trigger("input");
    chips.dispatchEvent(new Event("input", { bubbles: true })); // for the page: what it shows is of an older input
}

// The chosen items

function draw() {
    const entries = chosen(), full = entries.length >= props.most;
    chips.replaceChildren(...entries.map(chip));
    chips.hidden = !entries.length;
    empty.hidden = entries.length < 2;
    box.disabled = full;
    box.placeholder = full ? `${props.most} are the most; remove one to add another` : `Search ${items.length.toLocaleString("en")} items`;
}

function chip(entry, place) {
    const name = byId.get(entry.item)?.name ?? entry.item;
    const remove = make("button", { type: "button", "aria-label": `Remove ${name}` }, "×");
    remove.onclick = () => {
        choose(chosen().filter((_, i) => i !== place));
        say(`${name} removed`);
        (chips.querySelectorAll("button")[Math.min(place, chosen().length - 1)] ?? box).focus();
    };
    return make("li", {}, make("span", {}, name), ...(props.ratings ? [rating(entry, place, name)] : []), remove);
}

function rating(entry, place, name) {
    const [low, high, step] = props.ratings;
    const select = make("select", { "aria-label": `Rating of ${name}` }, make("option", { value: "", "aria-label": "not rated" }, "☆"));
    for (let i = Math.round((high - low) / step); i >= 0; i--) {
        const value = low + i * step;
        select.append(make("option", { value }, `★ ${value}`));
    }
    select.value = entry.rating ?? "";
    select.onchange = () =>
        choose(chosen().map((each, i) => (i === place ? { item: each.item, rating: select.value ? +select.value : null } : each)));
    return select;
}

// The search

function search() {
    const words = plain(box.value).split(/\s+/).filter(Boolean), taken = new Set(chosen().map((entry) => entry.item));
    const whole = words.join(" ");
    const rank = ({ key }) => [key === whole, key.startsWith(whole), words.every((word) => key.includes(word)), true].indexOf(true);
    found = items.filter((item) => !taken.has(item.id) && words.every((word) => item.all.includes(word)));
    if (words.length) found = [0, 1, 2, 3].flatMap((place) => found.filter((item) => rank(item) === place));
    const more = found.length - OFFERED;
    found = found.slice(0, OFFERED);
    list.replaceChildren(...found.map(option));
    if (!found.length) list.append(make("li", { class: "hint" }, "Nothing of that name"));
    if (more > 0) list.append(make("li", { class: "hint" }, `${more.toLocaleString("en")} more: write on to narrow them down`));
    show(true);
    point(words.length && found.length ? 0 : -1);
}

function option(item, place) {
    const made = make("li", { role: "option", id: `${own}-${place}`, "aria-selected": "false" }, item.name, make("small", {}, item.more));
    made.onmousedown = (event) => event.preventDefault(); // the box keeps the focus
    made.onclick = () => take(item);
    return made;
}

function show(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", open);
    if (!open) point(-1);
}

function point(place) {
    active = place;
    [...list.querySelectorAll("[role=option]")].forEach((each, i) => each.setAttribute("aria-selected", i === place));
    if (place < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `${own}-${place}`);
    list.children[place].scrollIntoView({ block: "nearest" });
}

function take(item) {
    box.value = "";
    show(false);
    choose([...chosen(), { item: item.id }]);
    say(`${item.name} added`);
    box.focus();
}

box.oninput = (event) => {
    event.stopPropagation(); // a search changes no input
    search();
};
box.onclick = search;
box.onblur = () => show(false);
box.onkeydown = (event) => {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) search();
        else if (found.length) point((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + found.length) % found.length);
    } else if (event.key === "Enter" && open) {
        event.preventDefault();
        if (active >= 0) take(found[active]);
    } else if (event.key === "Escape" && open) {
        event.preventDefault();
        show(false);
    } else if (event.key === "Backspace" && !box.value && chosen().length) {
        choose(chosen().slice(0, -1));
    }
};
empty.onclick = () => {
    choose([]);
    say("All removed");
    box.focus();
};

watch("value", draw);
draw();
