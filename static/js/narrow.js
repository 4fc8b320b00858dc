// A search box over a list that is already in the page: lines without the typed words are hidden, whatever the
// accents, without asking the server. data-cop-target names the list's frame; without script the form is sent.

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function attach(form) {
  const box = form.querySelector("input[type=search]");
  const frame = document.querySelector(form.dataset.copTarget);
  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(status);

  const narrow = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const line of frame.querySelectorAll("li")) {
      line.hidden = !words.every((word) => plain(line.textContent).includes(word));
      shown += line.hidden ? 0 : 1;
    }
    status.textContent = words.length ? String(shown) : "";
  };

  // What the server had already narrowed is not in the page: the whole list is asked for once.
  if (box.value) return;
  form.querySelector("button")?.setAttribute("hidden", "");
  box.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => {
    if (frame.querySelector("li:not([hidden])")) event.preventDefault();
  });
}
