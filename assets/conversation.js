// A conversation that can be continued: what was said before, and a box for what is said next. Gradio calls this with
// the component's element, its props, and ways to trigger its events and to watch its value.

const [talk, anew, box] = ["ol", ".anew", "textarea"].map((each) => element.querySelector(each));
const WHO = { system: "Instruction", user: "You", assistant: "Reply" };
let before = [];

box.placeholder = props.placeholder ?? "";
box.maxLength = props.longest;
element.querySelector("label span").textContent = props.label;

function draw() {
    const said = Array.isArray(props.value) ? props.value : [];
    const last = said.at(-1);
    const mine = last?.role === "user" ? last.content : "";
    before = last?.role === "user" ? said.slice(0, -1) : said;
    talk.replaceChildren(...before.map(bubble));
    talk.hidden = anew.hidden = before.length === 0;
    if (box.value !== mine) box.value = mine;
    talk.scrollTop = talk.scrollHeight;
}

function bubble({ role, content }) {
    const [item, who, text] = ["li", "small", "p"].map((name) => document.createElement(name));
    item.className = role;
    who.textContent = WHO[role] ?? role;
    text.textContent = content;
    text.dir = "auto";
    item.append(who, text);
    return item;
}

function say(said) {
    props.value = said;
    draw();
    box.dispatchEvent(new Event("input", { bubbles: true })); // what is shown belongs to another conversation now
    box.focus();
}

box.addEventListener("input", () => {
    props.value = [...before, { role: "user", content: box.value }];
    trigger("input");
});
box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (box.value.trim()) trigger("submit");
});
anew.addEventListener("click", () => say([{ role: "user", content: "" }]));

// The button beside a reply, which carries the conversation as it went.
function go(event) {
    if (!element.isConnected) return document.removeEventListener("click", go);
    const button = event.target.closest("[data-talk]");
    if (button) say([...JSON.parse(button.dataset.talk), { role: "user", content: "" }]);
}
document.addEventListener("click", go);

watch("value", draw);
draw();
