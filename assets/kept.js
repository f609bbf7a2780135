// The history: answers are marked and deleted through the REST API, and the presenter's view finds its token again.
// It shares `at`, `all`, `open`, `addressOf` and `save` with page.js.

(() => {
const TOKEN = "seewhy-presenter"; // of this tab, until it is closed

async function call(path, options) {
    try {
        const answer = await fetch(new URL(`api/v1/${path}`, new URL(".", location.href)), options);
        return answer.ok ? answer : Promise.reject((await answer.json()).detail ?? answer.statusText);
    } catch (error) {
        throw typeof error === "string" ? error : "The server cannot be reached; please try again.";
    }
}

const SAID = { right: "Noted as right.", wrong: "Noted as wrong.", "should be": "Noted what it should have been." };

async function mark(form, button) {
    const truth = form.querySelector("[name=truth]")?.value ?? null, { verdict } = button.dataset, status = form.querySelector("[role=status]");
    const body = JSON.stringify({ id: form.dataset.kept, verdict, ...(verdict === "should be" ? { truth } : {}) });
    try {
        await call("feedback", { method: "POST", headers: { "content-type": "application/json" }, body });
        for (const each of form.querySelectorAll("[data-verdict]")) each.setAttribute("aria-pressed", String(each === button));
        status.textContent = `${SAID[verdict]} Thank you.`;
    } catch (error) {
        status.textContent = error;
    }
}

// Of a visitor's own answer, or of one in the presenter's list.
async function forget(button) {
    const form = button.closest(".marks"), row = button.closest("tr");
    try {
        await call(`history/${encodeURIComponent(form?.dataset.kept ?? button.dataset.forget)}`, { method: "DELETE" });
        form?.replaceChildren(Object.assign(document.createElement("p"), { className: "hint", textContent: "Deleted: nothing is kept of this answer." }));
        row?.remove();
    } catch (error) {
        (form?.querySelector("[role=status]") ?? button).textContent = error;
    }
}

async function take(button) {
    const told = button.parentElement.querySelector("[role=status]"), headers = { authorization: `Bearer ${sessionStorage.getItem(TOKEN)}` };
    try {
        const answer = await call(`feedback?model=${encodeURIComponent(button.dataset.export)}`, { headers });
        const type = answer.headers.get("content-type"), ending = ["zip", "parquet"].find((each) => type.includes(each)) ?? "csv";
        save(await answer.blob(), `feedback.${ending}`);
        told.textContent = "Saved.";
    } catch (error) {
        told.textContent = error;
    }
}

document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const form = button.closest(".marks");
    if (form && button.dataset.verdict) mark(form, button);
    else if (button.dataset.forget !== undefined) forget(button);
    else if (button.dataset.export) take(button);
});

document.addEventListener("submit", (event) => {
    const form = event.target.closest?.(".marks, .presenter");
    if (!form) return;
    event.preventDefault();
    if (form.matches(".presenter")) enter(form.dataset.of, new FormData(form).get("token").trim());
    else form.querySelector('[data-verdict="should be"]')?.click();
});

const enter = (model, token) => open(`${model}#history-${token}`);

new MutationObserver(() => {
    const known = at("[data-presenter]");
    if (known && !known.dataset.seen) { // the token leaves the address, where others may see it
        known.dataset.seen = "yes";
        sessionStorage.setItem(TOKEN, known.dataset.presenter);
        history.replaceState(null, "", addressOf(`${known.dataset.of}#history`));
    }
    const token = sessionStorage.getItem(TOKEN), door = at(".presenter:not([data-seen])");
    if (door) {
        door.dataset.seen = "yes";
        if (door.dataset.refused) sessionStorage.removeItem(TOKEN);
        else if (token) enter(door.dataset.of, token);
    }
    const views = at(".views:not(:has([data-model*='#history']))");
    if (token && views?.firstElementChild) {
        const model = views.firstElementChild.dataset.model, link = document.createElement("a");
        Object.assign(link, { textContent: "History", href: addressOf(`${model}#history`).href });
        link.dataset.model = `${model}#history-${token}`;
        if (known || door) link.setAttribute("aria-current", "page");
        views.append(link);
    }
}).observe(document.documentElement, { childList: true, subtree: true });
})();
