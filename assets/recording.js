// Plays a recording: moves the head over the ticks that the server has decided, and asks why at one of them.
// It shares `at`, `tell` and `questions` with page.js.

const player = { tick: 0, playing: false, speed: 1, timer: 0, wanted: false };

const track = () => at("#recording .timeline");
const decided = () => JSON.parse(track()?.dataset.ticks ?? "[]");

function play(on) {
    clearInterval(player.timer);
    player.playing = on;
    if (on) player.timer = setInterval(advance, (1000 * track().dataset.seconds) / player.speed);
    show();
}

// To the next tick; at the edge of what is decided, wait for the server; at the end, stop.
function advance() {
    if (!track()) return clearInterval(player.timer); // another model is on the page
    if (player.tick + 1 >= track().dataset.total) return play(false);
    if (player.tick + 1 < decided().length) seek(player.tick + 1);
}

function seek(tick) {
    player.tick = Math.max(0, Math.min(tick, decided().length - 1));
    show();
}

// The head, the words beside it, and the controls, at the tick that it stands on.
function show() {
    const line = track(), ticks = decided();
    if (!line || !ticks.length) return;
    const { tick, playing } = player, total = Number(line.dataset.total);
    const [word, tone, score, truth] = ticks[tick];
    line.style.setProperty("--at", (tick + 0.5) / total);
    at("#recording .roads")?.childNodes.forEach((road, i) => (road.hidden = i !== tick));
    const readout = at("#recording .readout");
    readout.ariaLive = playing ? "off" : "polite"; // what passes by twice a second is not read out
    const said = [`Tick ${tick + 1} of ${total}`, word, score, truth && `truth: ${truth}`].filter(Boolean);
    readout.className = `readout ${tone}`;
    readout.replaceChildren(...said.map((text, i) => Object.assign(document.createElement(i === 1 ? "b" : "span"), { textContent: text })));
    const scrubber = at("#recording input[type=range]");
    scrubber.value = tick;
    scrubber.ariaValueText = said.join(", ");
    at('#recording [data-play="toggle"]').textContent = playing ? "Pause" : tick + 1 >= total ? "Play again" : "Play";
    at('#recording [data-play="explain"]').textContent = `Why “${word}” at tick ${tick + 1}?`;
    at("#recording select").value = player.speed;
}

const plays = {
    start: () => {
        Object.assign(player, { tick: 0, wanted: true });
        tell("play", String(++questions));
    },
    toggle: () => {
        if (!player.playing && player.tick + 1 >= track().dataset.total) player.tick = 0;
        play(!player.playing);
    },
    back: () => (play(false), seek(player.tick - 1)),
    on: () => (play(false), seek(player.tick + 1)),
    explain: () => {
        play(false);
        tell("tick", JSON.stringify([++questions, player.tick]));
    },
};

document.addEventListener("click", (event) => {
    const button = event.target.closest("#recording [data-play]");
    if (button) return plays[button.dataset.play]();
    const strip = event.target.closest("#recording .timeline .strip");
    if (!strip) return;
    const { left, width } = strip.getBoundingClientRect();
    const tick = Math.floor(((event.clientX - left) / width) * track().dataset.total);
    if (tick >= decided().length) return;
    seek(tick);
    plays.explain();
});

document.addEventListener("input", (event) => {
    if (!event.target.closest("#recording .controls")) return;
    const value = Number(event.target.value); // before the controls are drawn anew
    if (event.target.type === "range") {
        play(false);
        seek(value);
    } else {
        player.speed = value;
        play(player.playing);
    }
});

// On the scrubber, Enter asks and the space bar plays.
document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("#recording input[type=range]")) return;
    const done = { Enter: plays.explain, " ": plays.toggle }[event.key];
    if (done) {
        event.preventDefault();
        done();
    }
});

// Nobody watches a page that is hidden.
document.addEventListener("visibilitychange", () => document.hidden && player.playing && play(false));

// The server draws the track anew while it decides ahead; with another model it is gone.
new MutationObserver(() => {
    const line = track();
    if (!line) return player.playing && play(false);
    if (line.dataset.shown) return;
    line.dataset.shown = "yes";
    if (player.wanted) {
        player.wanted = false;
        play(!matchMedia("(prefers-reduced-motion: reduce)").matches); // then it waits to be asked
    } else {
        show();
    }
}).observe(document.documentElement, { childList: true, subtree: true });
