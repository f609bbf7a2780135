// Which column is which of a file that was opened, and what fields without a column are in every row.
// It shares `tell` and `questions` with page.js.

(() => {
const REST = 300; // milliseconds without a key until what was typed is sent
let typing;

document.addEventListener("change", (event) => send(event.target));
document.addEventListener("input", (event) => {
    clearTimeout(typing);
    if (event.target.matches?.("input[data-constant]")) typing = setTimeout(send, REST, event.target);
});

function send(target) {
    const chooser = target.closest?.(".columns-of");
    if (chooser) tell("columns", JSON.stringify([++questions, chosen(chooser)]));
}

function chosen(chooser) {
    const fields = {}, constants = {};
    for (const select of chooser.querySelectorAll("[data-field]")) {
        const name = select.dataset.field, same = select.closest(".choice")?.querySelector("[data-constant]").value;
        if (select.value) fields[name] = select.value;
        else if (same) constants[name] = same;
    }
    const groups = [...chooser.querySelectorAll("[data-group]:checked")].map((box) => box.dataset.group);
    return { fields, constants, truth: chooser.querySelector("[data-truth]")?.value || null, groups };
}
})();
