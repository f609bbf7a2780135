// The road to edit: fields for the own car and for each of the others, and the same from above as they stand. Runs once
// a widget, as gradio calls it: element, props, trigger and watch are its own. The value is a scene as the model takes it.

const svg = (tag, attributes, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
};
const at = (selector) => element.querySelector(selector);
const { lanes, most, reach, speeds, unit } = JSON.parse(at(".scene").dataset.road);
const LANE = 40, WIDTH = 620;
const x = (metres) => (WIDTH * (metres - reach[0])) / (reach[1] - reach[0]);
const y = (lane) => LANE * (lane - 0.5);
const clear = { lane: Math.min(2, lanes), speed: 90, cars: [] };
let scene = clear, shown = "";

// What gradio holds becomes what is shown, unless it came from here.
function take() {
    const given = JSON.stringify(props.value ?? clear);
    if (given === shown) return;
    shown = given;
    scene = JSON.parse(given);
    scene.cars ??= [];
    build();
}

function give() {
    shown = JSON.stringify(scene);
    draw();
    props.value = JSON.parse(shown);
    trigger("input");
}

// A field for one number; empty while somebody clears it, which the model then asks for.
function number(of, key, name, [min, max], step) {
    const label = document.createElement("label"), box = document.createElement("input");
    Object.assign(box, { type: "number", min, max, step, value: of[key] ?? "" });
    box.setAttribute("aria-label", name);
    box.addEventListener("input", () => {
        of[key] = box.value === "" ? null : Number(box.value);
        give();
    });
    label.append(box);
    return label;
}

function row(title, fields, drop) {
    const line = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = title;
    line.append(head);
    for (const field of [...fields, drop]) {
        const cell = document.createElement("td");
        if (field) cell.append(field);
        line.append(cell);
    }
    return line;
}

function build() {
    const span = [1, lanes], rows = [];
    rows.push(row("You", [null, number(scene, "lane", "Your lane", span, 0.1), number(scene, "speed", `Your speed in ${unit}`, speeds, 1)]));
    scene.cars.forEach((car, i) => {
        const of = `of car ${i + 1}`, drop = document.createElement("button");
        Object.assign(drop, { type: "button", textContent: "×", title: `Remove car ${i + 1}` });
        drop.setAttribute("aria-label", `Remove car ${i + 1}`);
        drop.addEventListener("click", () => {
            scene.cars.splice(i, 1);
            build();
            give();
            at(".add").focus();
        });
        rows.push(row(`Car ${i + 1}`, [
            number(car, "distance", `Distance ${of} in metres, negative behind you`, reach, 1),
            number(car, "lane", `Lane ${of}`, span, 0.1),
            number(car, "speed", `Speed ${of} in ${unit}`, speeds, 1),
        ], drop));
    });
    at("tbody").replaceChildren(...rows);
    at(".add").disabled = scene.cars.length >= most;
    draw();
}

// A new car goes where there is room; who clicks on the road says where.
function add(distance, lane) {
    if (scene.cars.length >= most) return;
    scene.cars.push({ distance, lane, speed: scene.speed ?? 90 });
    build();
    give();
}

const taken = (metres, lane) => [{ distance: 0, lane: scene.lane }, ...scene.cars]
    .some((car) => Math.abs(car.distance - metres) < 10 && Math.abs(car.lane - lane) < 1);

at(".add").addEventListener("click", () => {
    const places = [30, 50, 70, 90, 110, 20].flatMap((metres) => [...Array(lanes).keys()].map((i) => [metres, i + 1]));
    add(...(places.find(([metres, lane]) => !taken(metres, lane)) ?? [100, 1]));
    at("tbody tr:last-child input")?.focus();
});
at(".clear").addEventListener("click", () => {
    scene.cars = [];
    build();
    give();
});
at("svg").addEventListener("click", (event) => {
    const box = at("svg").getBoundingClientRect();
    const metres = Math.round(reach[0] + ((event.clientX - box.left) / box.width) * (reach[1] - reach[0]));
    const lane = Math.min(lanes, Math.max(1, Math.ceil(((event.clientY - box.top) / box.height) * lanes)));
    if (!taken(metres, lane)) add(metres, lane);
});

function draw() {
    const parts = [svg("rect", { class: "asphalt", width: WIDTH, height: LANE * lanes })];
    for (let i = 1; i < lanes; i++) parts.push(svg("line", { class: "dash", x1: 0, x2: WIDTH, y1: LANE * i, y2: LANE * i }));
    const cars = [["own car", "you", 0, scene.lane], ...scene.cars.map((car, i) => ["car", i + 1, car.distance, car.lane])];
    for (const [kind, name, metres, lane] of cars) {
        if (!Number.isFinite(metres) || !Number.isFinite(lane)) continue;
        const group = svg("g", { class: kind });
        group.append(svg("rect", { x: x(metres) - 17, y: y(lane) - 11, width: 34, height: 22, rx: 6 }), svg("text", { x: x(metres), y: y(lane) + 5 }, name));
        parts.push(group);
    }
    at("svg").replaceChildren(...parts);
}

build();
take();
watch("value", take);
