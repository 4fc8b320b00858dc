// Press a line of the attendance list without leaving the page: the form is sent as it is, and the line (with every
// element marked data-cop-live) is taken from the page that comes back. Without network the line says so and waits.

export function attach(list) {
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    press(list, event.target, event.submitter);
  });
}

async function press(list, form, button) {
  const line = form.closest("li");
  if (!button || line.hasAttribute("aria-busy")) return;
  const body = new FormData(form, button);
  line.querySelector(".failed")?.remove();
  line.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(line.id);
    if (answer.ok && fresh) swap(line, fresh, page);
    else say(line, list.dataset.refused);
  } catch {
    say(line, list.dataset.failed);
  } finally {
    line.removeAttribute("aria-busy");
  }
}

function swap(line, fresh, page) {
  const focused = line.contains(document.activeElement);
  line.replaceWith(fresh);
  if (focused) fresh.querySelector("button")?.focus();
  for (const element of document.querySelectorAll("[data-cop-live]")) {
    const news = page.getElementById(element.id);
    if (news) element.replaceChildren(...news.childNodes);
  }
}

function say(line, words) {
  const text = document.createElement("p");
  text.className = "failed";
  text.setAttribute("role", "alert");
  text.textContent = words;
  line.append(text);
}
