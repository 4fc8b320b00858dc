// A form of filters (GET): a choice shows its results at once, in place, so that moving through a list by keyboard
// does not leave the page. The address follows, the focus stays, and what [data-cop-count] says is said aloud.
// With data-cop-typing the results follow what is typed, once the fingers rest.
// What is replaced: data-cop-target, else the whole of <main>.

export function attach(form, load) {
  let last = null;
  let asked = null; // leaving the field is a change too: what is already shown is not asked for again

  const show = async () => {
    const target = document.querySelector(form.dataset.copTarget ?? "main");
    const address = new URL(form.action);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
    if (address.href === asked) return;
    asked = address.href;
    last?.abort();
    last = new AbortController();
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: last.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok ? page.getElementById(target.id) : null;
      if (!fresh) {
        form.submit();
        return;
      }
      swap(target, fresh);
      document.title = page.title;
      history.replaceState(null, "", address);
      say(target.querySelector("[data-cop-count]")?.textContent ?? "");
      load(target);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  };

  if ("copTyping" in form.dataset) {
    let rest;
    form.addEventListener("input", () => {
      clearTimeout(rest);
      rest = setTimeout(show, 250);
    });
    // What was typed before this script had come.
    if ([...form.elements].some((box) => box.type === "search" && box.value !== box.defaultValue)) show();
  }
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
}

function swap(target, fresh) {
  const focused = document.activeElement?.id;
  target.replaceChildren(...fresh.childNodes);
  target.removeAttribute("aria-busy");
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

function say(words) {
  let status = document.getElementById("said");
  if (!status) {
    status = document.createElement("div");
    status.id = "said";
    status.className = "unseen";
    status.setAttribute("role", "status");
    document.body.append(status);
  }
  status.textContent = words.trim();
}
