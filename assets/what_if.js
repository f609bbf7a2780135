// What if: parts of the explanation are chosen by a click, or by brushing over a picture, and then hidden in the form;
// and the buttons of the card of old and new. Behind page.js, whose `at`, `all`, `tell` and `questions` it uses.

(() => {
    const picks = new Map(); // what is chosen: the id of each feature → [its label, what hiding it is called]
    let map = null; // of the picture explained: {figure, width, height, pixels, features by region}

    function told(box, command) {
        tell(box, JSON.stringify([++questions, command]));
    }

    document.addEventListener("click", (event) => {
        const edit = event.target.closest("[data-edit]"), explore = event.target.closest("[data-explore]");
        if (edit) told("edit", JSON.parse(edit.dataset.edit));
        if (explore) {
            const past = explore.parentElement.querySelector("input[type=number]");
            told("explore", { ...JSON.parse(explore.dataset.explore), ...(past ? { past: past.valueAsNumber } : {}) });
        }
        const over = event.target.closest(".sweeping.over button")?.parentElement;
        if (over) told("explore", { sweep: over.querySelector("select").value });
        const part = event.target.closest("#why [data-feature]");
        if (part && !at("#why.stale")) toggle(part.dataset.feature, part.dataset.label, part.dataset.verb, event.detail === 0 && part);
    });

    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && picks.size) cleared();
        const part = event.target.closest?.("#why svg [data-feature]");
        if (!part || at("#why.stale") || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault(); // a space would scroll
        toggle(part.dataset.feature, part.dataset.label, part.dataset.verb, part);
    });

    function toggle(id, label, verb, pressedBy = null) {
        if (picks.has(id)) picks.delete(id);
        else picks.set(id, [label, verb]);
        show(pressedBy);
    }

    function cleared() {
        picks.clear();
        show();
    }

    // The bar that says what is chosen, and hides it. Whoever came by keyboard is taken there, and back.
    let bar = null, from = null;

    function show(pressedBy = null) {
        all("#why [data-feature]").forEach((part) => {
            const chosen = String(picks.has(part.dataset.feature));
            if (part.matches("button, [role=button]")) part.setAttribute("aria-pressed", chosen);
            part.classList.toggle("picked", chosen === "true");
        });
        paint();
        if (!picks.size) {
            bar?.remove();
            bar = null;
            if (from?.isConnected) from.focus();
            from = null;
            return;
        }
        if (!bar) {
            bar = Object.assign(document.createElement("div"), { className: "picks", role: "group" });
            bar.setAttribute("aria-label", "What is chosen");
            const said = document.createElement("span"), hide = document.createElement("button"), cancel = document.createElement("button");
            Object.assign(hide, { type: "button", className: "hide" });
            Object.assign(cancel, { type: "button", textContent: "Cancel" });
            hide.addEventListener("click", () => {
                const hidden = [...picks.keys()];
                from = null;
                cleared();
                told("edit", { hide: hidden });
            });
            cancel.addEventListener("click", cleared);
            bar.append(said, hide, cancel);
            at(".gradio-container").append(bar);
        }
        const labels = [...picks.values()].map(([label]) => `“${label.length > 40 ? `${label.slice(0, 39)}…` : label}”`);
        const verbs = new Set([...picks.values()].map(([, verb]) => verb));
        bar.children[0].textContent = labels.length > 2 ? `${labels[0]} and ${labels.length - 1} more` : labels.join(" and ");
        bar.children[1].textContent = verbs.size === 1 ? [...verbs][0] : "Hide them";
        if (pressedBy) {
            from = pressedBy;
            bar.children[1].focus();
        }
    }

    // A picture: its regions by the map that the explanation brings

    async function read() {
        const figure = at("#why figure.regions"), data = at('#why [data-case="explanation"]');
        if (!figure || !data || map?.figure === figure) return;
        const { label_map, features } = JSON.parse(data.dataset.json);
        if (!label_map) return;
        map = { figure };
        const image = new Image(), canvas = document.createElement("canvas");
        image.src = label_map.png;
        await image.decode();
        Object.assign(canvas, { width: image.width, height: image.height });
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(image, 0, 0);
        const shades = context.getImageData(0, 0, image.width, image.height).data;
        const own = features.filter((each) => each.field === label_map.field && each.where?.region !== undefined);
        map = { figure, width: image.width, height: image.height, shades, features: new Map(own.map((each) => [each.where.region, each])) };
        figure.append(Object.assign(document.createElement("canvas"), { className: "chosen-regions", width: image.width, height: image.height }));
        figure.classList.add("brushable");
        paint();
    }

    function regionAt(event) {
        const box = map.figure.getBoundingClientRect();
        const x = Math.floor(((event.clientX - box.left) / box.width) * map.width), y = Math.floor(((event.clientY - box.top) / box.height) * map.height);
        if (x < 0 || y < 0 || x >= map.width || y >= map.height) return null;
        return map.features.get(map.shades[4 * (y * map.width + x)]);
    }

    function paint() {
        const canvas = map?.figure.querySelector("canvas");
        if (!canvas) return;
        const context = canvas.getContext("2d"), shown = context.createImageData(map.width, map.height);
        const chosen = new Set([...map.features].filter(([, each]) => picks.has(each.id)).map(([region]) => region));
        for (let i = 0; chosen.size && i < map.width * map.height; i++) {
            if (!chosen.has(map.shades[4 * i])) continue;
            const stripe = (Math.floor(i / map.width) + (i % map.width)) % 12 < 6 ? 255 : 30;
            shown.data.set([stripe, stripe, stripe, 190], 4 * i);
        }
        context.putImageData(shown, 0, 0);
    }

    let brushing = null; // whether what the pointer passes is chosen or let go
    document.addEventListener("pointerdown", (event) => {
        if (!map?.features || !event.target.closest("#why figure.brushable") || event.button || at("#why.stale")) return;
        const region = regionAt(event);
        if (!region) return;
        brushing = event.pointerType === "mouse" && !picks.has(region.id);
        if (event.pointerType !== "mouse") return; // a finger may be about to scroll: its tap comes as a click
        event.preventDefault();
        toggle(region.id, region.label, "Brush away");
    });
    document.addEventListener("pointermove", (event) => {
        if (!brushing || !event.target.closest?.("#why figure.brushable")) return;
        const region = regionAt(event);
        if (region && !picks.has(region.id)) toggle(region.id, region.label, "Brush away");
    });
    document.addEventListener("pointerup", () => (brushing = null));
    document.addEventListener("click", (event) => {
        if (!map?.features || event.pointerType === "mouse" || !event.target.closest("#why figure.brushable") || at("#why.stale")) return;
        const region = regionAt(event);
        if (region) toggle(region.id, region.label, "Brush away");
    });

    // A drawing of a series or a road: its parts are buttons where this page can hide them

    function reachable() {
        all("#why svg [data-feature]:not([role])").forEach((part) => {
            part.setAttribute("role", "button");
            part.setAttribute("tabindex", "0");
            part.setAttribute("aria-label", `${part.dataset.verb}: ${part.dataset.label}`);
            part.setAttribute("aria-pressed", String(picks.has(part.dataset.feature)));
            part.closest("svg").setAttribute("role", "group"); // of an image, nobody hears the parts
        });
    }

    new MutationObserver(() => {
        reachable();
        if (map && !map.figure.isConnected) map = null;
        read();
        if (picks.size && !at("#why .why:not([aria-busy])")) cleared();
        else if (picks.size && all("#why .picked").length < 1 && !map) show();
    }).observe(document.documentElement, { childList: true, subtree: true });
})();
