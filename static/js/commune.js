// Proposes communes while one types: an ARIA combobox (list, no automatic choice) on a plain text field, fed by
// data-cop-source?q=… with [{label, value}]. data-cop-value names a hidden field of the form that receives the value;
// without it, or without script, the server reads the text. data-cop-count holds the sentence said for n proposals.

const WAIT = 150;

export function attach(input) {
  const list = document.createElement("ul");
  const status = document.createElement("span");
  const box = document.createElement("div");
  const hidden = input.form?.elements.namedItem(input.dataset.copValue ?? "");
  let options = [];
  let active = -1;
  let timer = 0;
  let last = null;

  list.id = `${input.id}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent ?? input.name);
  list.hidden = true;
  status.className = "unseen";
  status.setAttribute("role", "status");
  box.className = "combobox";
  input.before(box);
  box.append(input, list, status);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"], ["autocomplete", "off"]]) {
    input.setAttribute(name, value);
  }

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = (found) => {
    options = found;
    active = -1;
    list.replaceChildren(...found.map((option, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = option.label;
      return item;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    input.removeAttribute("aria-activedescendant");
    status.textContent = (input.dataset.copCount ?? "{n}").replace("{n}", String(found.length));
  };

  const search = async () => {
    const words = input.value.trim();
    last?.abort();
    if (words.length < 2) return close();
    last = new AbortController();
    const address = new URL(input.dataset.copSource, location.href);
    address.searchParams.set("q", words);
    try {
      const answer = await fetch(address, { signal: last.signal, headers: { Accept: "application/json" } });
      if (answer.ok) show(await answer.json());
    } catch {
      // No network, or a newer search: the field remains a plain field.
    }
  };

  const move = (step) => {
    if (list.hidden) return;
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length;
    const item = list.children[active];
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  };

  const choose = (index) => {
    input.value = options[index].label;
    if (hidden) hidden.value = options[index].value;
    close();
    status.textContent = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  input.addEventListener("input", () => {
    if (hidden) hidden.value = "";
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index >= 0) choose(index);
  });
}
