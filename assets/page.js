// What Gradio's widgets lack: models with addresses of their own, questions about any output, a case to take along, and
// what keyboards and screen readers need. No requests.

const at = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

// Gradio reads its text boxes; a hidden one carries what its widgets cannot say.
function tell(id, value) {
    const box = at(`#${id} textarea`);
    if (!box) return; // while it is drawn anew
    box.value = value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
}

// The model that the address names

function named() {
    const asked = new URLSearchParams(location.search), model = asked.get("model"), shared = asked.get("case");
    if (!model) return "";
    if (!shared) return model + location.hash;
    return location.hash ? `${model}${location.hash}-case.${shared}` : `${model}#case-${shared}`;
}

// The address of a model, with whatever else the address holds.
function addressOf(model) {
    const url = new URL(location.href), [name, mark] = model.split("#");
    if (name) url.searchParams.set("model", name);
    else url.searchParams.delete("model");
    url.searchParams.delete("case"); // of the case that a link opened
    url.hash = mark ?? "";
    return url;
}

let opened = "", listening = false;
let told = false; // whether a story is about to be told

function open(model) {
    if (model === opened) return;
    opened = model;
    told = model.endsWith("#story");
    document.body.classList.toggle("chosen", model !== "");
    scrollTo(0, 0);
    all(".screen").forEach(rest);
    if (listening) tell("chosen", model);
}

// A screen that is about to be replaced takes no questions: Gradio has forgotten its buttons by then. It does so again
// if it is still there after a while, because the same model was chosen anew.
function rest(screen) {
    screen.inert = true;
    setTimeout(() => (screen.inert = false), 2000);
}

addEventListener("popstate", () => open(named()));

// For Gradio's load event, which puts the model into its text box: only then does the box listen. Whoever clicked
// before has changed the address.
function arrive() {
    listening = true;
    opened = named();
    told = opened.endsWith("#story");
    document.body.classList.toggle("chosen", opened !== "");
    return opened;
}

// While the page is built, Gradio may set the box back to what it was: say again what is open.
setInterval(() => {
    if (listening && at("#chosen textarea")?.value !== opened) tell("chosen", opened);
}, 300);

// Clicks

let questions = 0; // numbered, so that the same one can be asked again

const saves = {
    json: () => save(new Blob([JSON.stringify(theCase(), null, 2)], { type: "application/json" }), "json"),
    png: async () => save(await picture(), "png"),
    print: () => print(),
};

document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-model]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        history.pushState(null, "", addressOf(link.dataset.model));
        open(link.dataset.model);
    }
    const asked = event.target.closest("[data-target]");
    if (asked) {
        press(asked, "[data-target]");
        ask(JSON.parse(asked.dataset.target));
    }
    const check = event.target.closest("[data-check]");
    if (check) {
        press(check, "[data-check]");
        tell("check", JSON.stringify([++questions, JSON.parse(check.dataset.of), check.dataset.check]));
    }
    const rather = event.target.closest(".rather button")?.parentElement;
    if (rather) {
        const [one, other] = [rather.dataset.of, rather.querySelector("select").value].map((each) => JSON.parse(each));
        ask({ contrast: [one, other] });
    }
    const kind = event.target.closest("[data-save]")?.dataset.save;
    if (kind) saves[kind]();
    if (event.target.closest("[data-link]")) tell("link", String(++questions));
    if (event.target.matches(".copy")) copy(event.target);
});

function ask(target) {
    tell("target", JSON.stringify([++questions, target]));
}

// Gradio hears a button some moments after it is drawn.
function askWhenReady(times) {
    if (!times || (at("#answer") ? !at("#answer .empty") : at("#compared .card"))) return;
    at(".actions button.primary")?.click();
    setTimeout(() => askWhenReady(times - 1), 500);
}

function press(button, among) {
    all(among).forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
}

// "Why this one rather than another?", of those that the answer lists.
const RIVALS = 20;

function nameRivals(line) {
    const items = all("#answer [data-target]").filter((each) => each.querySelector(".name"))
        .map((each) => [each.querySelector(".name").firstChild.textContent, JSON.parse(each.dataset.target)]);
    const mine = items.find(([, item]) => item === JSON.parse(line.dataset.of).item);
    if (!mine || items.length < 2) return;
    const rivals = items.filter((each) => each !== mine).slice(0, RIVALS);
    line.querySelector("b").textContent = mine[0];
    const than = line.dataset.than && JSON.parse(line.dataset.than).item; // which one was asked about last
    const options = rivals.map(([name, item]) => new Option(name, JSON.stringify({ item }), false, item === than));
    line.querySelector("select").replaceChildren(...options);
    line.hidden = false;
}

async function copy(button) {
    const code = button.closest(".code").querySelector("code");
    getSelection().selectAllChildren(code);
    if (navigator.clipboard) await navigator.clipboard.writeText(code.innerText);
    else document.execCommand("copy"); // browsers give no clipboard to pages without https
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
}

// A case to take along

function theCase() {
    const { pictures, ...asked } = JSON.parse(at(".take").dataset.asked);
    for (const name of pictures) asked.inputs[name] = at(".regions img")?.src ?? null;
    const parts = all("[data-case]").map((part) => [part.dataset.case, JSON.parse(part.dataset.json)]);
    const stale = at("#why").classList.contains("stale"); // of an older input
    return { ...asked, ...Object.fromEntries(parts.filter(([name]) => name === "answer" || !stale)) };
}

function save(blob, ending) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `seewhy-${opened.replace(/[^\w.-]+/g, "-")}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The cards as an SVG that holds their HTML and our style sheet, drawn on a canvas: nothing leaves the page.
async function picture() {
    const width = 760, shown = document.createElement("div");
    shown.className = `gradio-container sheet${at(".dark") ? " dark" : ""}`;
    for (const id of ["answer", "whatif", "why", "checked"]) shown.append(...at(`#${id}`).cloneNode(true).querySelectorAll(".card"));
    shown.querySelectorAll("details, [data-case], .ask.hint, .opacity, .tests, .rather, .trail, .buttons, .marks, .whatif:not(:has(.oldnew))").forEach((part) => part.remove());
    shown.style.width = `${width}px`;
    const title = document.createElement("h1");
    title.textContent = at(".heading h2").textContent;
    shown.prepend(title);
    at(".gradio-container").append(shown); // to measure it
    const height = Math.ceil(shown.getBoundingClientRect().height);
    shown.remove();
    const style = document.createElement("style");
    style.textContent = ownStyle();
    shown.prepend(style);
    const html = new XMLSerializer().serializeToString(shown).replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
    const veil = at("#why").style.getPropertyValue("--veil") || 0.85;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`
        + `<foreignObject width="100%" height="100%" style="--veil: ${veil}">${html}</foreignObject></svg>`;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// Our own rules: of the style sheets, the one that knows our cards.
function ownStyle() {
    const rules = (sheet) => [...sheet.cssRules].map((rule) => rule.cssText).join("\n");
    const ours = [...document.styleSheets].find((sheet) => !sheet.href && rules(sheet).includes(".sheet .card"));
    return ours ? rules(ours) : "";
}

// Gradio's text boxes notice keys that write alone: what is pasted, deleted or dictated is made known as one.

let pressed = false;
document.addEventListener("keypress", () => {
    pressed = true;
    setTimeout(() => (pressed = false));
}, true);
document.addEventListener("input", (event) => {
    if (event.target.matches(".fields textarea") && !pressed) event.target.dispatchEvent(new KeyboardEvent("keypress"));
});

// What is shown no longer belongs to what is entered until the next answer comes.

document.addEventListener("input", (event) => {
    const property = event.target.dataset?.property;
    if (property) at("#why").style.setProperty(property, event.target.value / 100);
    else if (event.target.closest(".fields")) at("#why")?.classList.add("stale");
});

// For those who listen: the answer when it is whole, and that its explanation is there; not each step on the way.
function say() {
    const answer = at('#answer [aria-label="Prediction"]');
    const parts = answer ? ["#answer .headline", "#answer .reply", "#answer .decision b"].map((part) => at(part)?.textContent) : [];
    if (at("#why [data-case]")) parts.push("The explanation is ready.");
    const said = at("#checked .sentence")?.textContent ?? parts.filter(Boolean).join(". ");
    const status = at("#said");
    if (status && status.textContent !== said) status.textContent = said;
}

new MutationObserver((changes) => {
    const drawn = changes.some((change) => change.target.closest?.("#why .html-container"));
    if (drawn) at("#why").classList.remove("stale");
    all(".rather[hidden]").forEach(nameRivals);
    const arrived = at("a.arrived"); // a model that was fetched
    if (arrived) {
        arrived.classList.remove("arrived");
        arrived.click();
    }
    const row = at(".opened[data-ask]"); // of a file: asked about at once
    if (row) {
        row.removeAttribute("data-ask");
        askWhenReady(20);
    }
    if (told && at("#answer .headline")) {
        told = false;
        if (innerWidth < 760) at("#answer").scrollIntoView(); // below the form on a phone
    }
    // Example pictures carry their titles; the answer is read out when it comes.
    const titles = JSON.parse(at(".summary")?.dataset.titles ?? "[]");
    all("button.gallery-item:has(img)").forEach((button, i) => {
        if (titles[i] && button.title !== titles[i]) {
            button.title = titles[i];
            button.setAttribute("aria-label", titles[i]);
        }
    });
    const heading = at(".heading h2:not([tabindex])");
    if (heading) {
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true }); // the tile that was clicked is gone
    }
    const title = [at(".heading h2")?.textContent, "SeeWhy"].filter(Boolean).join(" · ");
    if (document.title !== title) document.title = title; // changing it is a mutation, too
    say();
    const address = new URL(".", location.href).href.replace(/\/$/, "");
    all(".take code:not([data-address])").forEach((code) => {
        code.dataset.address = "here";
        code.textContent = code.textContent.replaceAll("http://127.0.0.1:7860", address);
    });
}).observe(document.documentElement, { childList: true, subtree: true });
