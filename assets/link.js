// A link that reopens the case: what the server made becomes an address, is copied, and stands below the button.

// Of the page around, where the page is shown in a Space: that is the one that people know, and it hands on its query.
function addressOfCase(made) {
    const around = made.space && window !== top;
    const url = new URL(around ? `https://huggingface.co/spaces/${made.space}` : location.origin + location.pathname);
    for (const [name, value] of Object.entries(made.query)) url.searchParams.set(name, value);
    url.hash = made.view;
    return url.href;
}

async function showLink(text) {
    const made = JSON.parse(text), place = at(".take .link");
    if (!place) return;
    place.hidden = false;
    if (made.problem) return place.replaceChildren(made.problem);
    const field = Object.assign(document.createElement("input"), { readOnly: true, value: addressOfCase(made) });
    field.setAttribute("aria-label", "Link to this case");
    field.addEventListener("focus", () => field.select());
    const said = document.createElement("span");
    place.replaceChildren(field, said);
    said.textContent = `${(await copied(field)) ? "Copied." : "Copy it from here."} ${made.words}`;
}

// A page in a frame may be refused the clipboard, and one without https has none.
async function copied(field) {
    try {
        await navigator.clipboard.writeText(field.value);
        return true;
    } catch {
        field.select();
        return document.execCommand("copy");
    }
}
