// A page whose server was started anew, or that another server answers now, or that was asleep for more than an hour: the
// server knows nothing of what was drawn here. It opens anew, on the same model, and says so.
{
    const ask = window.fetch, GONE = 410, SAID = "seewhy-lost";

    window.fetch = async (...given) => {
        const answer = await ask(...given);
        if (answer.status === GONE && answer.url.includes("/queue/join")) {
            sessionStorage.setItem(SAID, "yes");
            location.reload();
        }
        return answer;
    };

    const said = () => {
        const header = document.querySelector("header.seewhy");
        if (!header) return requestAnimationFrame(said); // not drawn yet
        sessionStorage.removeItem(SAID);
        const note = document.createElement("p");
        note.className = "opened lost";
        note.setAttribute("role", "status");
        header.after(note);
        note.textContent = "This page was asleep for long, or the server was started anew, and this page with it. "
            + "Please enter your input again.";
    };
    if (sessionStorage.getItem(SAID)) said();
}
