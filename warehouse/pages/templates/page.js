(function () {
  var search = document.querySelector("[data-search]");
  if (search) {
    search.hidden = false;
    var input = search.querySelector("input"), said = search.querySelector("output");
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/), shown = 0;
      document.querySelectorAll("[data-words]").forEach(function (row) {
        var text = (row.getAttribute("data-words") + " " + row.textContent).toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        shown += row.hidden ? 0 : 1;
      });
      document.querySelectorAll("[data-group]").forEach(function (group) {
        group.hidden = !group.querySelector("[data-words]:not([hidden])");
      });
      said.textContent = input.value ? shown + " found" : "";
    });
  }
  document.querySelectorAll(".copy").forEach(function (box) {
    if (!navigator.clipboard) { return; }
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(box.querySelector("pre").textContent).then(function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = "Copy"; }, 2000);
      });
    });
    box.appendChild(button);
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) { one.open = true; });
  });
})();
