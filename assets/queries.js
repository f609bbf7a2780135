// Evaluate: the queries that a visitor sliced by come back when the same model is evaluated again. They are kept in this
// browser alone, a few of a few models; the server answers each, and refuses what is none. It shares `at` with page.js.

(() => {
const KEY = "seewhy.queries", MOST_MODELS = 20, MOST = 12, LONGEST = 500, LONGEST_NAME = 60; // as slices.py takes them

// By model, the last used last: pairs of a name, which may be empty, and a query.
function kept() {
    try {
        const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
        return found && typeof found === "object" && !Array.isArray(found) ? found : {};
    } catch {
        return {}; // somebody else wrote there, or the browser keeps nothing
    }
}

const model = () => new URLSearchParams(location.search).get("model") ?? "";
const isQuery = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string") && pair[1];
const short = ([name, query]) => [name.slice(0, LONGEST_NAME), query.slice(0, LONGEST)];

function own() {
    const found = kept()[model()];
    return Array.isArray(found) ? found.filter(isQuery).map(short) : [];
}

function keep(queries) {
    const { [model()]: _, ...others } = kept();
    const every = [...Object.entries(others), ...(queries.length ? [[model(), queries.slice(-MOST)]] : [])];
    try {
        localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(every.slice(-MOST_MODELS))));
    } catch {
        // a browser that keeps nothing, or no more: the queries last as long as the page
    }
}

const asked = () => JSON.parse(at("form.query").dataset.asks).queries;

// A button that threshold.js hears.
function asking(queries, properties) {
    const button = Object.assign(document.createElement("button"), { type: "button", ...properties });
    Object.assign(button.dataset, { section: "slices", asks: JSON.stringify({ queries }) });
    return button;
}

function ask(queries) {
    const button = asking(queries, { hidden: true });
    at(".kept-queries").append(button);
    button.click();
    button.remove();
}

// What was answered is kept; a name that was given to it before stays with it.
function filled(place) {
    const names = Object.fromEntries(own().map(([name, query]) => [query, name])), now = asked();
    for (const [name, query] of now) names[query] = name || names[query] || "";
    const queries = Object.entries(names).map(([query, name]) => [name, query]).slice(-MOST);
    if (now.length) keep(queries);
    if (!queries.length) return place.replaceChildren();
    const list = document.createElement("ul"), hint = document.createElement("p");
    list.setAttribute("aria-label", "Your queries");
    list.append(...queries.map((pair) => line(pair, now, queries)));
    Object.assign(hint, { className: "hint", textContent: "Your queries for this model, kept in this browser alone." });
    place.replaceChildren(list, hint);
}

function line([name, query], now, queries) {
    const item = document.createElement("li"), pressed = now.some(([, each]) => each === query);
    const others = now.filter(([, each]) => each !== query), said = name || query;
    const slice = asking(pressed ? others : [...others, [name, query]], { className: "chip", textContent: said, title: query });
    slice.setAttribute("aria-pressed", String(pressed));
    const small = (textContent, label, onclick) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent, onclick });
        button.setAttribute("aria-label", `${label} ${said}`);
        return button;
    };
    const named = () => item.replaceChildren(naming(query, name));
    const forgotten = () => {
        keep(queries.filter(([, each]) => each !== query));
        if (pressed) ask(others);
        else filled(at(".kept-queries"));
    };
    item.append(slice, small("Name", "Name", named), small("×", "Delete", forgotten));
    return item;
}

// A name in the place of a query; empty, it is the query again.
function naming(query, name) {
    const form = document.createElement("form"), input = document.createElement("input");
    Object.assign(input, { value: name, maxLength: LONGEST_NAME, placeholder: query, ariaLabel: `Name of ${query}`, autocomplete: "off" });
    const done = (event) => {
        event.preventDefault();
        const given = input.value.trim(), renamed = (pairs) => pairs.map((pair) => (pair[1] === query ? [given, query] : pair));
        keep(renamed(own()));
        if (asked().some(([, each]) => each === query)) ask(renamed(asked()));
        else filled(at(".kept-queries"));
    };
    form.onsubmit = done;
    input.onkeydown = (event) => event.key === "Escape" && filled(at(".kept-queries"));
    form.append(input, Object.assign(document.createElement("button"), { textContent: "Keep", className: "small" }));
    requestAnimationFrame(() => input.focus());
    return form;
}

new MutationObserver(() => {
    const place = at(".kept-queries:not([data-ready])");
    if (!place) return;
    place.dataset.ready = "yes";
    filled(place);
}).observe(document.documentElement, { childList: true, subtree: true });
})();
