// Evaluate: one slider moves confusion, curves, decisions, costs and groups; what each threshold does came with the page.
// It shares `at`, `all`, `tell` and `questions` with page.js.

(() => {
const cut = { place: 0, rule: 0, fees: [0, 1, 1, 0] }; // fees: of true and false positives, false and true negatives

const sweeping = () => at(".threshold[data-sweep]");
const swept = (part) => (part.sweep ??= JSON.parse(part.dataset.sweep));

function shareOf(part, whole) {
    if (!whole) return "–";
    const points = (100 * part) / whole;
    return `${points > 0 && points < 10 ? points.toFixed(1) : points.toFixed(0)} %`;
}

// The interval of Wilson (1927), 95 %.
function around(hits, rows) {
    const z = 1.96, share = hits / rows, middle = share + (z * z) / (2 * rows);
    const half = z * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
    return [(middle - half) / (1 + (z * z) / rows), (middle + half) / (1 + (z * z) / rows)].map((end) => Math.min(1, Math.max(0, end)));
}

const countsAt = (counts, place) => counts.map((each) => each[place]);
const ratesOf = ([tp, fp, fn, tn]) => ({
    recall: [tp, tp + fn], precision: [tp, tp + fp], alarms: [fp, fp + tn], selected: [tp + fp, tp + fp + fn + tn], accuracy: [tp + tn, tp + fp + fn + tn],
});
const plainly = (value) => value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 });

function moved() {
    const part = sweeping();
    if (!part) return;
    const all = swept(part), now = countsAt(all.counts, cut.place), rates = ratesOf(now), at_ = all.thresholds[cut.place];
    const none = now[0] + now[1] === 0;
    part.querySelector("output").textContent = plainly(at_) + (none ? ": flags nothing" : "");
    const slider = part.querySelector(".slide input");
    slider.value = cut.place;
    slider.ariaValueText = plainly(at_);
    const [tp, fp, fn, tn] = now;
    for (const [cell, count] of [["1,1", tp], ["0,1", fp], ["1,0", fn], ["0,0", tn]])
        part.querySelector(`[data-cell="${cell}"]`).textContent = count.toLocaleString("en");
    for (const [name, [hits, rows]] of Object.entries(rates)) part.querySelector(`[data-rate="${name}"]`).textContent = shareOf(hits, rows);
    marks(part, rates, at_);
    decisions(part, all);
    bill(part, all, now);
    groups(part, all);
}

// The point of each curve that the threshold stands at.
function marks(part, rates, threshold) {
    const share = ([hits, rows]) => (rows ? hits / rows : NaN);
    const base = rates.recall[1] / rates.selected[1];
    const points = {
        roc: [share(rates.alarms), share(rates.recall)], pr: [share(rates.recall), share(rates.precision)],
        lift: [share(rates.selected), share(rates.precision) / base], calibration: [threshold, NaN],
    };
    for (const svg of part.querySelectorAll("svg[data-curve]")) {
        const [x, y] = points[svg.dataset.curve], [x0, x1] = svg.dataset.x.split(",").map(Number), [y0, y1] = svg.dataset.y.split(",").map(Number);
        const [left, top, right, foot] = svg.dataset.frame.split(",").map(Number), mark = svg.querySelector(".at");
        const across = left + ((right - left) * (x - x0)) / (x1 - x0), up = top + ((foot - top) * (y1 - y)) / (y1 - y0);
        mark.setAttribute("cx", Number.isFinite(across) ? across : -20);
        mark.setAttribute("cy", Number.isFinite(up) ? up : svg.dataset.curve === "calibration" ? foot : -20);
    }
}

// The rule with its chosen threshold moved; one that it passes is pushed along.
function decisions(part, all) {
    const list = part.querySelector(".share");
    if (!list) return;
    const flagged = all.counts[0].map((each, i) => each + all.counts[1][i]), rows = all.counts.reduce((sum, each) => sum + each[0], 0);
    const places = all.rules.slice(0, -1).map(([, floor], i) => {
        const own = all.thresholds.reduce((best, each, j) => (Math.abs(each - floor) < Math.abs(all.thresholds[best] - floor) ? j : best), 0);
        return i === cut.rule ? cut.place : i < cut.rule ? Math.max(own, cut.place) : Math.min(own, cut.place);
    });
    const reached = [...places.map((place) => flagged[place]), rows];
    list.replaceChildren(...all.rules.map(([action, , tone], i) => {
        const count = reached[i] - (reached[i - 1] ?? 0), item = document.createElement("li");
        item.className = tone;
        item.style.setProperty("--share", rows ? count / rows : 0);
        for (const text of [action, `${count.toLocaleString("en")} (${shareOf(count, rows)})`])
            item.append(Object.assign(document.createElement("span"), { textContent: text }));
        return item;
    }));
}

const charge = (counts) => counts.reduce((sum, count, i) => sum + count * cut.fees[i], 0);

function bill(part, all, now) {
    const rows = now.reduce((sum, each) => sum + each, 0), costs = all.thresholds.map((_, i) => charge(countsAt(all.counts, i)));
    let best = 0;
    costs.forEach((cost, i) => (best = cost <= costs[best] ? i : best)); // of several, the one that flags the fewest
    const each = (cost) => `${plainly(cost)} (${plainly(cost / rows)} a row)`;
    const [tp, fp, fn, tn] = cut.fees, over = fp - tn, under = fn - tp;
    const theory = all.theory && over > 0 && under > 0 ? ` If the probabilities were right, ${plainly(over / (over + under))} would be cheapest (Elkan 2001).` : "";
    part.querySelector(".bill").textContent = `Here: ${each(costs[cut.place])}. Flagging all: ${plainly(costs[0])}, flagging none: ${plainly(costs.at(-1))}.${theory}`;
    const button = part.querySelector(".cheapest");
    button.dataset.place = best;
    button.disabled = costs[cut.place] === costs[best];
    button.textContent = button.disabled ? "This is the cheapest threshold for these rows" : `Go to the cheapest, ${plainly(all.thresholds[best])}: ${each(costs[best])}`;
}

const COLUMNS = [["selected", "Flagged"], ["recall", "Found"], ["alarms", "False alarms"], ["accuracy", "Decided rightly"]];

function groups(part, all) {
    const place = part.querySelector(".fair .columns");
    if (!place) return;
    place.replaceChildren(...Object.entries(all.groups).map(([column, members]) => {
        const wide = Object.assign(document.createElement("div"), { className: "wide", tabIndex: 0 }), table = document.createElement("table");
        wide.setAttribute("role", "region");
        wide.setAttribute("aria-label", `Groups of ${column}`);
        const head = table.createTHead().insertRow();
        for (const title of [column, "Rows", ...COLUMNS.map(([, said]) => said)]) head.append(Object.assign(document.createElement("th"), { textContent: title, scope: "col" }));
        const body = table.createTBody();
        for (const [name, counts] of Object.entries(members)) groupRow(body.insertRow(), name, countsAt(counts, cut.place), all.small);
        wide.append(table);
        return wide;
    }));
}

function groupRow(row, name, counts, small) {
    const rows = counts.reduce((sum, each) => sum + each, 0), rates = ratesOf(counts);
    row.append(Object.assign(document.createElement("th"), { textContent: name, scope: "row" }));
    const size = Object.assign(row.insertCell(), { textContent: rows.toLocaleString("en") });
    if (rows < small) size.append(Object.assign(document.createElement("span"), { className: "few", textContent: "few" }));
    for (const [rate, said] of COLUMNS) {
        const [hits, out] = rates[rate], cell = row.insertCell(), [low, high] = out ? around(hits, out) : [0, 0];
        cell.className = "rate";
        cell.style.cssText = `--low: ${low}; --high: ${high}; --value: ${out ? hits / out : 0}`;
        cell.title = out ? `${said}: ${hits} of ${out}; ${shareOf(low, 1)} to ${shareOf(high, 1)}` : "no such rows";
        cell.append(Object.assign(document.createElement("span"), { textContent: shareOf(hits, out) }));
        if (out) cell.append(document.createElement("i"));
    }
}

// Which of a rule's thresholds the slider is.
function offerRules(part) {
    const place = part.querySelector(".which"), all = swept(part);
    if (!place || all.rules.length < 3) return;
    place.replaceChildren(...all.rules.slice(0, -1).map(([action, floor], i) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Move “${action}”, from ${plainly(floor)}` });
        button.setAttribute("aria-pressed", String(i === cut.rule));
        button.dataset.rule = i;
        return button;
    }));
}

document.addEventListener("input", (event) => {
    if (event.target.matches?.(".slide input")) cut.place = Number(event.target.value);
    else if (event.target.matches?.("[data-fee]")) cut.fees[event.target.dataset.fee] = Number(event.target.value) || 0;
    else return;
    moved();
});

document.addEventListener("click", (event) => {
    const part = sweeping(), button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.section) return inquire(button.dataset.section, JSON.parse(button.dataset.asks));
    if (!part?.contains(button)) return;
    const all = swept(part);
    if (button.dataset.cell) {
        const [truth, flagged] = button.dataset.cell.split(",").map(Number);
        inquire("rows", { label: all.label, threshold: all.thresholds[cut.place], true: truth, flagged });
    } else if (button.matches(".cheapest")) {
        cut.place = Number(button.dataset.place);
        moved();
    } else if (button.dataset.rule) {
        cut.rule = Number(button.dataset.rule);
        const floor = all.rules[cut.rule][1];
        cut.place = all.thresholds.findIndex((each) => each >= floor);
        offerRules(part);
        moved();
    }
});

// A query that somebody wrote; those before it go along, and come back beside it.
document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-section]");
    if (!form) return;
    event.preventDefault();
    inquire(form.dataset.section, { ...JSON.parse(form.dataset.asks), ...Object.fromEntries(new FormData(form)) });
});

let wanted = ""; // the card that is to be brought into view when it comes

function inquire(section, asked) {
    wanted = section === "rows" ? "rows" : "";
    tell("asked", JSON.stringify([++questions, section, { threshold: sweeping() ? swept(sweeping()).thresholds[cut.place] : null, fees: cut.fees, ...asked }]));
}

new MutationObserver((changes) => {
    const list = wanted && changes.some((change) => change.target.closest?.("#part-rows")) && at("#part-rows .card");
    if (list) {
        wanted = "";
        list.scrollIntoView({ block: "nearest" });
    }
    const part = sweeping();
    if (!part || part.dataset.ready) return;
    part.dataset.ready = "yes";
    Object.assign(cut, { place: swept(part).start, rule: 0 });
    for (const box of part.querySelectorAll("[data-fee]")) box.value = cut.fees[box.dataset.fee];
    offerRules(part);
    moved();
}).observe(document.documentElement, { childList: true, subtree: true });
})();
