// What Gradio's widgets lack for keyboards and screen readers. No state, no requests.

document.addEventListener("keydown", (event) => {
    // Arrow keys walk through the models, as in any group of radio buttons.
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(".models input[type=radio]")) return;
    event.preventDefault();
    const radios = [...document.querySelectorAll(".models input[type=radio]")];
    const next = radios[(radios.indexOf(event.target) + step + radios.length) % radios.length];
    next.focus();
    next.click();
});

new MutationObserver(() => {
    // Example pictures carry their titles; the answer is read out when it comes.
    const titles = JSON.parse(document.querySelector(".summary")?.dataset.titles ?? "[]");
    document.querySelectorAll("button.gallery-item:has(img)").forEach((button, i) => {
        if (titles[i] && button.title !== titles[i]) {
            button.title = titles[i];
            button.setAttribute("aria-label", titles[i]);
        }
    });
    document.querySelector("#answer:not([aria-live])")?.setAttribute("aria-live", "polite");
}).observe(document.documentElement, { childList: true, subtree: true });
