/* A slider beside each number that asks for one. Without this script the number alone does the work. */
(() => {
  const made = (field) => {
    const slider = document.createElement("input");
    slider.type = "range";
    for (const name of ["min", "max", "step"]) slider[name] = field[name];
    slider.value = field.value;
    slider.setAttribute("aria-label", field.labels?.[0]?.textContent.trim() ?? "");
    return slider;
  };
  const beside = (field) => {
    if (field.closest(".cartable-slider")) return;
    const box = document.createElement("div");
    const slider = made(field);
    box.className = "cartable-slider";
    field.replaceWith(box);
    box.append(field, slider);
    slider.addEventListener("input", () => {
      field.value = slider.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", () => {
      slider.value = field.value;
    });
  };
  document.querySelectorAll("input[data-slider]").forEach(beside);
})();
