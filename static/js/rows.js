// Lines of a form: the empty ones but the first are folded, a button brings the next one. Without script all are there.

const filled = (row) => [...row.querySelectorAll("input, select")].some((input) => input.value !== "" || input.getAttribute("aria-invalid"));

export function attach(element) {
  const rows = [...element.querySelectorAll("[data-cop-row]")];
  const folded = rows.slice(1).filter((row) => !filled(row));
  const button = document.createElement("button");
  if (folded.length === 0) return;
  button.type = "button";
  button.className = "button quiet small";
  button.textContent = element.dataset.copMore ?? "+";
  for (const row of folded) row.hidden = true;
  button.addEventListener("click", () => {
    const row = folded.shift();
    row.hidden = false;
    row.querySelector("input")?.focus();
    if (folded.length === 0) button.remove();
  });
  element.append(button);
}
